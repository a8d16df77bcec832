import type { AccountUri } from '../../shared/uri/uri.ts';
import type { AccountConnections } from './connections.ts';

/** Connections on older certificates, which end with their last shell. */
export class RetiredConnections {
  readonly #retired = new Map<AccountUri, Set<AccountConnections>>();

  add(uri: AccountUri, connections: AccountConnections): void {
    const retired = this.#retired.get(uri) ?? new Set();
    this.#retired.set(uri, retired.add(connections));
    connections.retire(() => retired.delete(connections));
  }

  /** Ends those of one account at once. */
  end(uri: AccountUri): void {
    for (const old of this.#retired.get(uri) ?? []) old.dispose();
    this.#retired.delete(uri);
  }

  dispose(): void {
    for (const uri of this.#retired.keys()) this.end(uri);
  }
}
