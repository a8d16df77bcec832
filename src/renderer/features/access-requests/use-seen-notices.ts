import { useEffect } from 'react';
import type { RequestUri } from '../../../shared/uri/uri.ts';
import { isSameRequest } from '../../state/request-words.ts';
import { useStore } from '../../state/store.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';

/** Whoever opens a request has read what was told of it so far; what happens while it is open is still told. */
export function useSeenNotices(requestUri: RequestUri, isFront: boolean): void {
  const store = useStore();
  const { markRead } = useRequestCalls();
  useEffect(() => {
    if (!isFront) return;
    const seen = Object.values(store.get()?.notices ?? {}).filter(
      (notice) => !notice.isRead && isSameRequest(notice.requestUri, requestUri),
    );
    if (seen.length > 0) markRead(seen.map((notice) => notice.id));
  }, [requestUri, isFront, store, markRead]);
}
