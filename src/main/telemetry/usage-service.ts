import { randomUUID } from 'node:crypto';
import type { UsageEventInfo } from '../../shared/contract/usage-data.ts';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import { type AccountUri, type ClusterUri, clusterOf } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import type { SubmitUsageEvent } from '../protocol/client/usage-collector.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { ConsentStore } from './consent-store.ts';
import { describeEvent, type HashedNames } from './encode.ts';
import type { DeviceFacts, UsageEvent } from './events.ts';
import type { InstallationId } from './installation-id.ts';
import { exampleNames, makeExamples } from './preview.ts';
import { type FindSubject, hashNames } from './subject.ts';
import { UsageBoard } from './usage-board.ts';
import { type QueueLimits, UsageQueue } from './usage-queue.ts';
import { WaitingNames } from './waiting-names.ts';

const flushMs = 3_000;

export interface UsageServiceOptions {
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly consent: ConsentStore;
  readonly installation: InstallationId;
  readonly device: DeviceFacts;
  /** Base address of the collector; undefined in a build that has none. */
  readonly collector: string | undefined;
  readonly forcedOffBy: string | undefined;
  readonly submit: SubmitUsageEvent;
  /** False while nothing could be reached anyway; default: always true. */
  readonly isOnline?: () => boolean;
  readonly subject: FindSubject;
  readonly limits?: QueueLimits;
}

/** The only sender of usage data. Nothing is made, kept or sent unless `#isOn` says so. */
export class UsageService {
  readonly #options: UsageServiceOptions;
  readonly #queue: UsageQueue;
  readonly #naming: WaitingNames;
  readonly #board = new UsageBoard(() => this.#publish());
  /** Of events that wait to be sent, so that those of one cluster can be taken away. */
  readonly #clusters = new Map<string, ClusterUri>();
  #asksForConsent: boolean;
  #asksForJobRole: boolean;
  #isEnded = false;

  constructor(options: UsageServiceOptions) {
    this.#options = options;
    const { consent, collector, forcedOffBy } = options;
    const mayAsk = collector !== undefined && forcedOffBy === undefined;
    // The question about the role comes first, so that both never follow each other (telemetry.md 2.1).
    this.#asksForJobRole = mayAsk && consent.isAllowed === true && !consent.hasAskedForJobRole;
    this.#asksForConsent = mayAsk && consent.isReadable && consent.isAllowed === undefined;
    this.#naming = new WaitingNames(options.subject);
    this.#queue = this.#makeQueue();
    this.#publish();
  }

  /** The one guard (telemetry.md 2.6): every event of the app comes through here. */
  report(event: UsageEvent): void {
    if (!this.#isOn || this.#isMuted(event)) return;
    const id = randomUUID();
    const capturedAt = this.#options.now();
    if (event.kind === 'user_job_role_update') {
      this.#enqueue(id, event, capturedAt, undefined);
      return;
    }
    if (this.#naming.isFull) {
      this.#board.dropped(id);
      return;
    }
    this.#clusters.set(id, clusterOf(event.account));
    this.#naming.add(
      id,
      event.account,
      (names) => this.#enqueue(id, event, capturedAt, names),
      (error) => {
        this.#options.log.info('usage-event-without-cluster', { reason: asWord(codeOf(error)) });
        this.#clusters.delete(id);
        this.#board.dropped(id);
      },
    );
    this.#board.show({
      id,
      name: event.kind,
      at: capturedAt.toISOString(),
      status: 'naming',
      fields: [],
      bytes: '',
    });
  }

  answer(answer: 'allow' | 'decline' | 'later'): void {
    this.#asksForConsent = false;
    if (answer === 'later') this.#publish();
    else this.setAllowed(answer === 'allow');
  }

  /** Off empties everything that waits, at once; returns how many events that were. */
  setAllowed(isAllowed: boolean): number {
    const { consent, forcedOffBy, collector, installation } = this.#options;
    if (isAllowed && (forcedOffBy !== undefined || collector === undefined)) {
      throw new AppError('unsupported', 'Usage data cannot be turned on here.', {
        reason: forcedOffBy ?? 'This build has no address to send it to.',
      });
    }
    this.#asksForConsent = false;
    const discarded = isAllowed ? 0 : this.#discard();
    try {
      consent.setAllowed(isAllowed);
    } finally {
      if (isAllowed) installation.readOrMake();
      this.#publish();
    }
    return discarded;
  }

  answerJobRole(jobRole: string | undefined): void {
    this.#asksForJobRole = false;
    if (jobRole !== undefined) this.report({ kind: 'user_job_role_update', jobRole });
    try {
      this.#options.consent.setAskedForJobRole();
    } finally {
      this.#publish();
    }
  }

  /** Muting throws away what waits for that cluster too; returns how many events that were. */
  setMuted(cluster: ClusterUri, isMuted: boolean): number {
    const { consent } = this.#options;
    const others = consent.mutedClusters.filter((uri) => uri !== cluster);
    const discarded = isMuted ? this.#discard(cluster) : 0;
    try {
      consent.setMutedClusters(isMuted ? [...others, cluster] : others);
    } finally {
      this.#publish();
    }
    return discarded;
  }

  resetInstallationId(): void {
    const { consent, installation } = this.#options;
    if (consent.isAllowed) installation.reset();
    else installation.forget();
    this.#publish();
  }

  /** One example of every event, made as real ones are. */
  async preview(account: AccountUri | undefined): Promise<UsageEventInfo[]> {
    const { subject: find, installation, now, device } = this.#options;
    const subject = account && (await find(account).catch(() => undefined));
    return makeExamples({
      installationId: installation.read() ?? '(made when you allow it)',
      capturedAt: now(),
      device,
      names: subject ? hashNames(subject) : exampleNames,
    });
  }

  /** Sends what waits, for a few seconds at most; events without names are gone. */
  async dispose(): Promise<void> {
    this.#isEnded = true;
    this.#naming.take();
    if (this.#queue.size > 0) await this.#queue.flush(AbortSignal.timeout(flushMs));
    this.#queue.dispose();
  }

  get #isOn(): boolean {
    const { collector, forcedOffBy, consent } = this.#options;
    return (
      collector !== undefined && forcedOffBy === undefined && consent.isAllowed === true && !this.#isEnded
    );
  }

  #isMuted(event: UsageEvent): boolean {
    return 'account' in event && this.#options.consent.mutedClusters.includes(clusterOf(event.account));
  }

  #makeQueue(): UsageQueue {
    const { submit, log, now, limits, isOnline = () => true } = this.#options;
    return new UsageQueue(
      {
        isOnline,
        send: (event, signal) => submit(event.bytes, signal),
        onSent: ({ id }) => {
          this.#clusters.delete(id);
          this.#board.sent(id);
        },
        onDropped: ({ id }, why) => {
          log.info('usage-event-dropped', { why: asWord(why) });
          this.#clusters.delete(id);
          this.#board.dropped(id);
        },
        onFailed: (error) => {
          log.info('usage-data-not-sent', { reason: asWord(codeOf(error)) });
          this.#board.failed(now(), reasonOf(error));
        },
      },
      limits,
    );
  }

  #enqueue(id: string, event: UsageEvent, capturedAt: Date, names: HashedNames | undefined): void {
    if (!this.#isOn) return;
    const { installation, device } = this.#options;
    const installationId = installation.readOrMake();
    const options = { installationId, capturedAt, device, names };
    const { info, bytes } = describeEvent(id, 'queued', event, options);
    this.#board.show(info);
    this.#queue.add({ id, bytes });
    this.#publish();
  }

  #discard(cluster?: ClusterUri): number {
    const queued =
      cluster === undefined
        ? this.#queue.clear()
        : this.#queue.take((event) => this.#clusters.get(event.id) === cluster);
    const gone = [...this.#naming.take(cluster), ...queued.map((event) => event.id)];
    for (const id of gone) this.#clusters.delete(id);
    this.#board.discarded(gone);
    return gone.length;
  }

  #publish(): void {
    const { hub, consent, collector, forcedOffBy, installation } = this.#options;
    const isAllowed = consent.isAllowed;
    const installationId = installation.read();
    const { recent, counts, lastFailure } = this.#board;
    hub.put({
      slice: 'usageData',
      value: {
        ...(collector === undefined ? {} : { collector }),
        consent: isAllowed === undefined ? 'undecided' : isAllowed ? 'allowed' : 'declined',
        ...(forcedOffBy === undefined ? {} : { forcedOffBy }),
        asksForConsent: this.#asksForConsent,
        asksForJobRole: this.#asksForJobRole,
        mutedClusters: [...consent.mutedClusters],
        counts: { queued: this.#queue.size + this.#naming.size, ...counts },
        ...(lastFailure ? { lastFailure } : {}),
        ...(installationId === undefined ? {} : { installationId }),
        recent: [...recent],
      },
    });
  }
}

/** A code and plain words only: a collector's answer is not repeated. */
function reasonOf(error: unknown): string {
  return `The collector did not take it (${codeOf(error)}).`;
}

function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : 'internal';
}
