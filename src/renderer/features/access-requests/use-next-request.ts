import { useMemo } from 'react';
import type { RequestUri } from '../../../shared/uri/uri.ts';
import { isSameRequest } from '../../state/request-words.ts';
import { useAppState } from '../../state/store.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';

export interface NextRequest {
  /** How many others wait. */
  readonly count: number;
  open(): void;
}

/** The newest other request that waits for a review of anybody in this window. */
export function useNextRequest(current: RequestUri): NextRequest | undefined {
  const requests = useAppState((state) => state.requests);
  const calls = useRequestCalls();
  return useMemo(() => {
    const waiting = Object.values(requests)
      .filter((request) => request.waitsForMe && !isSameRequest(request.uri, current))
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    const [first] = waiting;
    return first && { count: new Set(waiting.map(({ id }) => id)).size, open: () => calls.show(first.uri) };
  }, [requests, calls, current]);
}
