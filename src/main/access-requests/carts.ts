import type { CartItem, RequestCart } from '../../shared/contract/request-cart.ts';
import { type AccountUri, clusterOf } from '../../shared/uri/uri.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { RequestStore } from './request-store.ts';

/** What people mean to ask for, by account, over restarts. */
export class Carts {
  readonly #hub: StateHub;
  readonly #store: RequestStore;

  constructor(hub: StateHub, store: RequestStore) {
    this.#hub = hub;
    this.#store = store;
    hub.put(
      ...store.stored.carts.map((value) => ({ slice: 'carts' as const, key: value.accountUri, value })),
    );
  }

  put(accountUri: AccountUri, items: readonly CartItem[]): void {
    const seen = new Set<string>();
    const unique = items.filter((item) => {
      const key = keyOf(item);
      return seen.has(key) ? false : Boolean(seen.add(key));
    });
    const value: RequestCart | null = unique.length > 0 ? { accountUri, items: unique } : null;
    this.#hub.put({ slice: 'carts', key: accountUri, value });
    this.#store.update({
      carts: Object.values(this.#hub.state.carts).filter(
        (cart) => !this.#hub.state.clusters[clusterOf(cart.accountUri)]?.isDemo,
      ),
    });
  }

  /** What was sent leaves the cart. */
  take(accountUri: AccountUri, roles: readonly string[], resources: readonly CartItem[]): void {
    const cart = this.#hub.state.carts[accountUri];
    if (!cart) return;
    const sent = new Set([...roles.map((role) => keyOf({ kind: 'role', role })), ...resources.map(keyOf)]);
    this.put(
      accountUri,
      cart.items.filter((item) => !sent.has(keyOf(item))),
    );
  }
}

function keyOf(item: CartItem): string {
  return item.kind === 'role'
    ? JSON.stringify(['role', item.role])
    : JSON.stringify([item.resourceUri, item.inside?.kind ?? '', item.inside?.name ?? '']);
}
