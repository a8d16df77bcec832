import { useMemo } from 'react';
import type { CartItem } from '../../shared/contract/request-cart.ts';
import { type AccountUri, accountOf, type RequestUri } from '../../shared/uri/uri.ts';
import type { NoticeId } from '../../shared/contract/ids.ts';
import { toAppError } from '../client/api.ts';
import { useSession } from './store.ts';
import { useUi } from './ui-state.ts';

/** What a person can do with requests. Failures that have no place of their own become notices. */
export function useRequestCalls() {
  const session = useSession();
  const ui = useUi();
  return useMemo(() => {
    const run = (work: Parameters<typeof session.call>[0]) =>
      void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
    const guarded = (account: AccountUri, work: Parameters<typeof session.call>[0]) =>
      ui.guard(account, async () => {
        await session.call(work);
      });
    return {
      show: (requestUri: RequestUri) => run((api) => api.workspace.openRequest({ requestUri })),
      showAll: () => run((api) => api.workspace.openRequests()),
      drop: (accountUri: AccountUri, requestUris?: readonly RequestUri[]) =>
        guarded(accountUri, (api) =>
          api.requests.drop({ accountUri, ...(requestUris ? { requestUris: [...requestUris] } : {}) }),
        ),
      remove: (requestUri: RequestUri) =>
        guarded(accountOf(requestUri), (api) => api.requests.delete({ requestUri })),
      /** Whether the main process has it. */
      putCart: async (accountUri: AccountUri, items: readonly CartItem[]): Promise<boolean> => {
        try {
          await session.call((api) => api.requests.putCart({ accountUri, items: [...items] }));
          return true;
        } catch (error) {
          ui.report(toAppError(error));
          return false;
        }
      },
      markRead: (noticeIds?: NoticeId[]) =>
        run((api) => api.requests.markNoticesRead(noticeIds ? { noticeIds } : {})),
      dismiss: (noticeIds?: NoticeId[]) =>
        run((api) => api.requests.dismissNotices(noticeIds ? { noticeIds } : {})),
    };
  }, [session, ui]);
}
