import { useCallback, useEffect, useState } from 'react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import type { RequestUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';

export interface OpenRequest {
  /** As it is now, or as it was last seen. */
  readonly request: RequestInfo | undefined;
  /** It has expired, was deleted, or is not to be seen any more. */
  readonly isGone: boolean;
  readonly error: AppError | undefined;
  /** Takes what a change returned: lists lag behind it. */
  take(request: RequestInfo): void;
  reload(): void;
}

/** One request: pushed changes over what was read, with the resources as they are now. */
export function useRequest(uri: RequestUri): OpenRequest {
  const session = useSession();
  const pushed = useAppState((state) => state.requests[uri]);
  const isKnown = pushed !== undefined;
  const [read, setRead] = useState<RequestInfo>();
  const [isGone, setGone] = useState(false);
  const [error, setError] = useState<AppError>();
  const reload = useCallback(async () => {
    setError(undefined);
    try {
      setRead(await session.call((api) => api.requests.get({ requestUri: uri })));
      setGone(false);
    } catch (failure) {
      const known = toAppError(failure);
      if (isAppError(known, 'not-found')) setGone(true);
      else setError(known);
    }
  }, [session, uri]);
  // Asked again when it leaves the pushed state: deleted, or only older than what is pushed.
  useEffect(() => void reload(), [reload, isKnown]);
  const [last, setLast] = useState<RequestInfo>();
  useEffect(() => {
    if (pushed) setLast(pushed);
  }, [pushed]);
  useEffect(() => {
    if (read) setLast(read);
  }, [read]);
  const base = pushed ?? last;
  return {
    request: base && withNow(base, read),
    isGone,
    error,
    take: setRead,
    reload: () => void reload(),
  };
}

/** What is pushed does not say how the resources are now; what was read does. */
function withNow(request: RequestInfo, read: RequestInfo | undefined): RequestInfo {
  if (!read || request === read) return request;
  return {
    ...request,
    resources: request.resources.map((one) => {
      const same = read.resources.find(
        (other) =>
          other.id === one.id &&
          other.kind === one.kind &&
          other.subResource === one.subResource &&
          other.clusterName === one.clusterName,
      );
      return same?.now && !one.now ? { ...one, now: same.now } : one;
    }),
  };
}
