import { type AccountUri, type ClusterUri, clusterOf } from '../../shared/uri/uri.ts';
import type { HashedNames } from './encode.ts';
import { type FindSubject, hashNames } from './subject.ts';

const maxWaiting = 60;

/** Events whose cluster's id is being asked for. Their names are nowhere else; what is taken away is never named. */
export class WaitingNames {
  readonly #find: FindSubject;
  readonly #waiting = new Map<string, ClusterUri>();

  constructor(find: FindSubject) {
    this.#find = find;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get isFull(): boolean {
    return this.#waiting.size >= maxWaiting;
  }

  /** Calls one of the two back, unless the event was taken away meanwhile. */
  add(
    id: string,
    account: AccountUri,
    onNames: (names: HashedNames) => void,
    onFailure: (error: unknown) => void,
  ): void {
    this.#waiting.set(id, clusterOf(account));
    this.#find(account)
      .then(hashNames)
      .then(
        (names) => {
          if (this.#waiting.delete(id)) onNames(names);
        },
        (error: unknown) => {
          if (this.#waiting.delete(id)) onFailure(error);
        },
      );
  }

  /** Takes away what waits for one cluster, or all of it; tells what that was. */
  take(cluster?: ClusterUri): string[] {
    const ids = [...this.#waiting].filter(([, uri]) => cluster === undefined || uri === cluster);
    for (const [id] of ids) this.#waiting.delete(id);
    return ids.map(([id]) => id);
  }
}
