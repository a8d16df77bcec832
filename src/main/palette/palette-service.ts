import type { AccountInfo } from '../../shared/contract/clusters.ts';
import type { FoundResource } from '../../shared/contract/palette.ts';
import type { Resource, ResourcePage, ResourceQuery } from '../../shared/contract/resources.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { usePoints } from '../../shared/search/frecency.ts';
import { fuzzyQuery } from '../../shared/search/fuzzy.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { asProse } from '../log/log-value.ts';
import type { Logger } from '../log/log.ts';
import type { StateHub } from '../state/state-hub.ts';
import { BestFound, ResourceIndex } from './resource-index.ts';
import type { Uses } from './uses.ts';

const pageSize = 1_000;
const maxKnown = 200_000;
/** How old what is known may be before it is read again; what is old still answers meanwhile. */
const freshMs = 60_000;
const firstWaitMs = 250;

export interface PaletteOptions {
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly uses: Uses;
  readonly list: (query: ResourceQuery, signal: AbortSignal) => Promise<ResourcePage>;
  /** Another object as soon as the account may use other things. */
  readonly identity: (uri: AccountUri) => unknown;
  /** The login last used on a server, as it is now. */
  readonly lastLogin: (uri: string) => string | undefined;
}

interface Known {
  readonly identity: unknown;
  index: ResourceIndex;
  isComplete: boolean;
  readAt: number;
  reading: Promise<void> | undefined;
  firstPage: Promise<void>;
}

/** Finds resources of all clusters by what is known of them here; what was never asked for is never read. */
export class PaletteService implements Disposable {
  readonly #options: PaletteOptions;
  readonly #known = new Map<AccountUri, Known>();
  readonly #abort = new AbortController();

  constructor(options: PaletteOptions) {
    this.#options = options;
  }

  async search(text: string, limit: number): Promise<{ found: FoundResource[]; isComplete: boolean }> {
    const accounts = this.#signedIn();
    const known = accounts.map((account) => ({ account, known: this.#of(account.uri) }));
    await this.#firstPages(known.map((one) => one.known));
    const query = fuzzyQuery(text);
    const best = new BestFound(limit);
    const valueOf = this.#valueOf();
    for (const { account, known: one } of known) {
      if (query.words.length === 0) this.#addUsed(one, best);
      else one.index.search(query, this.#ownerOf(account), valueOf, best);
    }
    return {
      found: best.all.map((one) => ({
        resource: this.#withLogin(one.resource),
        score: one.score,
        ranges: one.ranges.map(([start, end]): [number, number] => [start, end]),
      })),
      isComplete: known.every((one) => one.known.isComplete),
    };
  }

  dispose(): void {
    this.#abort.abort();
    this.#known.clear();
  }

  #withLogin(resource: Resource): Resource {
    const lastLogin = this.#options.lastLogin(resource.uri);
    return lastLogin === undefined ? resource : { ...resource, lastLogin };
  }

  #signedIn(): readonly AccountInfo[] {
    const accounts = Object.values(this.#options.hub.state.accounts);
    const signedIn = accounts.filter((account) => account.status === 'signed-in');
    for (const uri of this.#known.keys())
      if (!signedIn.some((account) => account.uri === uri)) this.#known.delete(uri);
    return signedIn;
  }

  #ownerOf(account: AccountInfo): string {
    const cluster = this.#options.hub.state.clusters[account.clusterUri]?.name ?? '';
    return `${cluster} ${account.userName}`.toLowerCase();
  }

  /** Looked up once for all: nearly everything was never used. */
  #valueOf(): (uri: string) => number {
    const values = new Map(this.#options.uses.all());
    return (uri) => values.get(`resource:${uri}`) ?? 0;
  }

  #addUsed({ index }: Known, best: BestFound): void {
    const used = new Map(
      this.#options.uses.all().flatMap(([key, value]) => {
        return key.startsWith('resource:') ? [[key.slice('resource:'.length), value] as const] : [];
      }),
    );
    for (const resource of index.pick(new Set(used.keys())))
      best.add({ resource, score: usePoints(used.get(resource.uri) ?? 0), ranges: [] });
  }

  /** What was never read is waited for, shortly: the first answer should not be empty. */
  async #firstPages(all: readonly Known[]): Promise<void> {
    const missing = all.filter((known) => known.index.size === 0 && !known.isComplete);
    if (missing.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, firstWaitMs);
    });
    await Promise.race([Promise.all(missing.map((known) => known.firstPage)), late]);
    clearTimeout(timer);
  }

  #of(uri: AccountUri): Known {
    const identity = this.#options.identity(uri);
    const old = this.#known.get(uri);
    const isOld = old && this.#options.now().getTime() - old.readAt > freshMs;
    if (old && old.identity === identity && (old.reading || !isOld)) return old;
    // Another identity may see less; the same one sees what it saw until all is read again.
    const kept = old?.identity === identity ? old : undefined;
    const first = Promise.withResolvers<void>();
    const known: Known = {
      identity,
      index: kept?.index ?? new ResourceIndex(),
      isComplete: kept?.isComplete ?? false,
      readAt: this.#options.now().getTime(),
      reading: undefined,
      firstPage: first.promise,
    };
    this.#known.set(uri, known);
    known.reading = this.#read(uri, known, first.resolve).finally(() => {
      known.reading = undefined;
      first.resolve();
    });
    return known;
  }

  async #read(uri: AccountUri, known: Known, onPage: () => void): Promise<void> {
    const fresh = new ResourceIndex();
    const grows = known.index.size === 0;
    if (grows) known.index = fresh;
    try {
      let startKey: string | undefined;
      do {
        const page = await this.#options.list(pageAfter(uri, startKey), this.#abort.signal);
        if (this.#known.get(uri) !== known) return;
        for (const resource of page.items) fresh.add(resource);
        startKey = page.nextKey;
        onPage();
      } while (startKey !== undefined && fresh.size < maxKnown);
      known.index = fresh;
      known.isComplete = true;
    } catch (error) {
      // What is known stays; the next question tries again.
      known.readAt = 0;
      if (!this.#abort.signal.aborted)
        this.#options.log.warn('palette-not-read', { reason: asProse(String(error)) });
    }
  }
}

function pageAfter(accountUri: AccountUri, startKey: string | undefined): ResourceQuery {
  return {
    accountUri,
    kinds: ['server', 'database', 'kubernetes', 'app'],
    search: '',
    sort: { field: 'name', descending: false },
    limit: pageSize,
    ...(startKey === undefined ? {} : { startKey }),
  };
}
