import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { CartItem } from '../../shared/contract/request-cart.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { cartKey } from './request-words.ts';
import { useAppState, useStore } from './store.ts';
import { useRequestCalls } from './use-request-calls.ts';

const nothing: readonly CartItem[] = [];

/**
 * Carts that were sent and are not in the state yet: they are shown at once, and a next change begins with them, not with
 * what was there before.
 */
const sent = new Map<AccountUri, readonly CartItem[]>();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
function setSent(accountUri: AccountUri, items: readonly CartItem[] | undefined): void {
  if (items) sent.set(accountUri, items);
  else sent.delete(accountUri);
  for (const listener of Array.from(listeners)) listener();
}

/** What the account's user means to ask for; kept by the main process. */
export function useCart(accountUri: AccountUri | undefined) {
  const store = useStore();
  const calls = useRequestCalls();
  const known = useAppState((state) => (accountUri && state.carts[accountUri]?.items) || nothing);
  const pending = useSyncExternalStore(subscribe, () => (accountUri ? sent.get(accountUri) : undefined));
  useEffect(() => {
    if (accountUri && pending && sameItems(pending, known)) setSent(accountUri, undefined);
  }, [accountUri, pending, known]);
  const put = useCallback(
    (change: (old: readonly CartItem[]) => readonly CartItem[]) => {
      if (!accountUri) return;
      const old = sent.get(accountUri) ?? store.get()?.carts[accountUri]?.items ?? nothing;
      const items = change(old);
      setSent(accountUri, items);
      // A refusal was told; the cart is what it was.
      void calls.putCart(accountUri, items).then((isKept) => {
        if (!isKept && sent.get(accountUri) === items) setSent(accountUri, undefined);
      });
    },
    [accountUri, calls, store],
  );
  return {
    items: pending ?? known,
    put,
    /** Puts it in, or takes it out when it is in. */
    toggle: useCallback(
      (item: CartItem) =>
        put((old) => {
          const rest = old.filter((one) => cartKey(one) !== cartKey(item));
          return rest.length === old.length ? [...old, item] : rest;
        }),
      [put],
    ),
    clear: useCallback(() => put(() => nothing), [put]),
  };
}

function sameItems(a: readonly CartItem[], b: readonly CartItem[]): boolean {
  return a.length === b.length && a.every((item, index) => cartKey(item) === cartKey(b[index] ?? item));
}
