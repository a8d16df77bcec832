import { randomUUID } from 'node:crypto';
import type { UsageDataInfo, UsageEventInfo } from '../../shared/contract/usage-data.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type AccountUri, type ClusterUri, clusterOf } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import type { SubmitUsageEvent } from '../protocol/client/usage-collector.ts';
import type { StateHub } from '../state/state-hub.ts';
import { anonymize, isClusterId } from './anonymize.ts';
import type { ConsentStore } from './consent-store.ts';
import { describeFields, type HashedNames, toBytes, toRequest } from './encode.ts';
import type { DeviceFacts, UsageEvent } from './events.ts';
import type { InstallationId } from './installation-id.ts';
import { exampleEvents, exampleNames } from './preview.ts';
import { type QueueLimits, UsageQueue } from './usage-queue.ts';

const maxRecent = 50;
const maxNaming = 60;
const flushMs = 3_000;

export interface UsageSubject {
  readonly clusterName: string;
  readonly userName: string;
  /** The root cluster's UUID. A secret of this domain: kept in memory, never logged, never in a page. */
  readonly clusterId: string;
}

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
  /** Asks the cluster when it is not known yet; rejects when it cannot be had. */
  readonly subject: (account: AccountUri) => Promise<UsageSubject>;
  readonly limits?: QueueLimits;
}

/** The only sender of usage data. Nothing is made, kept or sent unless `#isOn` says so. */
export class UsageService {
  readonly #options: UsageServiceOptions;
  readonly #queue: UsageQueue;
  /** Events whose cluster's id is being asked for; their names are in this map alone. */
  readonly #naming = new Set<string>();
  #epoch = 0;
  #counts = { sent: 0, dropped: 0 };
  #recent: readonly UsageEventInfo[] = [];
  #lastFailure: UsageDataInfo['lastFailure'];
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
    this.#queue = new UsageQueue(
      {
        send: (event, signal) => options.submit(event.bytes, signal),
        onSent: (event) => {
          this.#counts.sent += 1;
          this.#lastFailure = undefined;
          this.#mark(event.id, 'sent');
        },
        onDropped: (event, why) => {
          this.#counts.dropped += 1;
          options.log.info('usage-event-dropped', { why });
          this.#mark(event.id, 'dropped');
        },
        onFailed: (error) => {
          options.log.info('usage-data-not-sent', { reason: reasonOf(error) });
          this.#lastFailure = { at: options.now().toISOString(), reason: reasonOf(error) };
          this.#publish();
        },
      },
      options.limits,
    );
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
    if (this.#naming.size >= maxNaming) {
      this.#counts.dropped += 1;
      this.#publish();
      return;
    }
    const epoch = this.#epoch;
    this.#naming.add(id);
    this.#remember({
      id,
      name: event.kind,
      at: capturedAt.toISOString(),
      status: 'naming',
      fields: [],
      bytes: '',
    });
    this.#name(event.account).then(
      (names) => {
        if (this.#naming.delete(id) && epoch === this.#epoch) this.#enqueue(id, event, capturedAt, names);
      },
      (error: unknown) => {
        if (!this.#naming.delete(id) || epoch !== this.#epoch) return;
        this.#options.log.info('usage-event-without-cluster', { reason: reasonOf(error) });
        this.#counts.dropped += 1;
        this.#mark(id, 'dropped');
      },
    );
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

  setMuted(cluster: ClusterUri, isMuted: boolean): void {
    const { consent } = this.#options;
    const others = consent.mutedClusters.filter((uri) => uri !== cluster);
    try {
      consent.setMutedClusters(isMuted ? [...others, cluster] : others);
    } finally {
      this.#publish();
    }
  }

  resetInstallationId(): void {
    const { consent, installation } = this.#options;
    if (consent.isAllowed) installation.reset();
    else installation.forget();
    this.#publish();
  }

  /** One example of every event, made as real ones are. */
  async preview(account: AccountUri | undefined): Promise<UsageEventInfo[]> {
    const subject = account && (await this.#options.subject(account).catch(() => undefined));
    const names = subject ? hash(subject) : exampleNames;
    const installationId = this.#options.installation.read() ?? '(made when you allow it)';
    const at = this.#options.now();
    return exampleEvents(account).map((event) => {
      const request = toRequest(event, {
        installationId,
        capturedAt: at,
        device: this.#options.device,
        names: event.kind === 'user_job_role_update' ? undefined : names,
      });
      return {
        id: event.kind,
        name: event.kind,
        at: at.toISOString(),
        status: 'example',
        fields: describeFields(request),
        bytes: Buffer.from(toBytes(request)).toString('hex'),
      };
    });
  }

  /** Sends what waits, for a few seconds at most; events without names are gone. */
  async dispose(): Promise<void> {
    this.#isEnded = true;
    this.#naming.clear();
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

  async #name(account: AccountUri): Promise<HashedNames> {
    return hash(await this.#options.subject(account));
  }

  #enqueue(id: string, event: UsageEvent, capturedAt: Date, names: HashedNames | undefined): void {
    if (!this.#isOn) return;
    const request = toRequest(event, {
      installationId: this.#options.installation.readOrMake(),
      capturedAt,
      device: this.#options.device,
      names,
    });
    const bytes = toBytes(request);
    this.#remember({
      id,
      name: event.kind,
      at: capturedAt.toISOString(),
      status: 'queued',
      fields: describeFields(request),
      bytes: Buffer.from(bytes).toString('hex'),
    });
    this.#queue.add({ id, bytes });
    this.#publish();
  }

  #discard(): number {
    this.#epoch += 1;
    const gone = [...this.#naming, ...this.#queue.clear().map((event) => event.id)];
    this.#naming.clear();
    this.#recent = this.#recent.map((info) =>
      gone.includes(info.id) ? { ...info, status: 'discarded' } : info,
    );
    return gone.length;
  }

  #remember(info: UsageEventInfo): void {
    const others = this.#recent.filter((known) => known.id !== info.id);
    this.#recent = [info, ...others].slice(0, maxRecent);
    this.#publish();
  }

  #mark(id: string, status: UsageEventInfo['status']): void {
    this.#recent = this.#recent.map((info) => (info.id === id ? { ...info, status } : info));
    this.#publish();
  }

  #publish(): void {
    const { hub, consent, collector, forcedOffBy, installation } = this.#options;
    const isAllowed = consent.isAllowed;
    const installationId = installation.read();
    hub.put({
      slice: 'usageData',
      value: {
        ...(collector === undefined ? {} : { collector }),
        consent: isAllowed === undefined ? 'undecided' : isAllowed ? 'allowed' : 'declined',
        ...(forcedOffBy === undefined ? {} : { forcedOffBy }),
        asksForConsent: this.#asksForConsent,
        asksForJobRole: this.#asksForJobRole,
        mutedClusters: [...consent.mutedClusters],
        counts: { queued: this.#queue.size + this.#naming.size, ...this.#counts },
        ...(this.#lastFailure ? { lastFailure: this.#lastFailure } : {}),
        ...(installationId === undefined ? {} : { installationId }),
        recent: [...this.#recent],
      },
    });
  }
}

function hash(subject: UsageSubject): HashedNames {
  if (!isClusterId(subject.clusterId)) throw new AppError('answer-invalid', 'The cluster has no usable id.');
  return {
    clusterName: anonymize(subject.clusterId, subject.clusterName),
    userName: anonymize(subject.clusterId, subject.userName),
  };
}

/** Code and plain words only: a collector's answer is not repeated. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? String(error.code) : error.name;
  return `The collector did not take it (${code}).`;
}
