import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ClusterUri } from '../../shared/uri/uri.ts';
import { ClusterUri as ClusterUriSchema } from '../../shared/uri/uri.ts';
import type { JsonStore } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { asPath } from '../log/log-value.ts';
import { keepDamaged } from '../store/read-store.ts';

const Stored = z.object({
  /** Absent = never answered. */
  'usageReporting.enabled': z.boolean().optional(),
  askedForJobRole: z.boolean(),
  mutedClusters: z.array(ClusterUriSchema).max(1_000),
});
type Stored = z.infer<typeof Stored>;

const empty: Stored = { askedForJobRole: false, mutedClusters: [] };

/** What the person has decided about usage data. A file that cannot be read counts as "not answered": nothing is sent. */
export class ConsentStore {
  readonly #store: JsonStore;
  #stored: Stored;
  #isReadable = true;

  constructor(store: JsonStore, log: Logger) {
    this.#store = store;
    this.#stored = this.#load(log);
  }

  /** False when the answer could not be kept: then it is not asked for (telemetry.md 2.2). */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  get isAllowed(): boolean | undefined {
    return this.#stored['usageReporting.enabled'];
  }

  get hasAskedForJobRole(): boolean {
    return this.#stored.askedForJobRole;
  }

  get mutedClusters(): readonly ClusterUri[] {
    return this.#stored.mutedClusters;
  }

  setAllowed(isAllowed: boolean): void {
    this.#update({ 'usageReporting.enabled': isAllowed });
  }

  setAskedForJobRole(): void {
    this.#update({ askedForJobRole: true });
  }

  setMutedClusters(mutedClusters: ClusterUri[]): void {
    this.#update({ mutedClusters });
  }

  /** The choice counts in this run even when it could not be written; the caller is told. */
  #update(change: Partial<Stored>): void {
    this.#stored = { ...this.#stored, ...change };
    try {
      this.#store.write(this.#stored);
      this.#isReadable = true;
    } catch (cause) {
      throw new AppError('store-unwritable', 'Your choice about usage data counts for this run only.', {
        reason: `The file ${this.#store.path} cannot be written.`,
        advice: 'Check the disk and the permissions of the folder.',
        cause,
      });
    }
  }

  #load(log: Logger): Stored {
    let raw: unknown;
    try {
      raw = this.#store.read();
    } catch (error) {
      log.error('usage-consent-unreadable', error);
      this.#isReadable = false;
      return empty;
    }
    if (raw === undefined) return empty;
    const parsed = Stored.safeParse(raw);
    if (parsed.success) return parsed.data;
    // A wrong value counts as none, so that it is asked for again (telemetry.md 2.2).
    log.error('usage-consent-damaged', parsed.error, { kept: asPath(keepDamaged(this.#store)) });
    return empty;
  }
}
