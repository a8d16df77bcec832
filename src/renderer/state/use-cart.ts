import { useCallback } from 'react';
import type { CartItem } from '../../shared/contract/request-cart.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { useAppState, useStore } from './store.ts';
import { cartKey } from './request-words.ts';
import { useRequestCalls } from './use-request-calls.ts';

const nothing: readonly CartItem[] = [];

/** What the account's user means to ask for; kept by the main process. */
export function useCart(accountUri: AccountUri | undefined) {
  const store = useStore();
  const calls = useRequestCalls();
  const items = useAppState((state) => (accountUri && state.carts[accountUri]?.items) || nothing);
  const put = useCallback(
    (change: (old: readonly CartItem[]) => readonly CartItem[]) => {
      if (accountUri) calls.putCart(accountUri, change(store.get()?.carts[accountUri]?.items ?? nothing));
    },
    [accountUri, calls, store],
  );
  return {
    items,
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
