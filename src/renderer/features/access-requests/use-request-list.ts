import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import type { AccountUri, RequestUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { type AccountList, type ListedRequest, mergeLists, nextToLoad } from './merge-lists.ts';
import { matchesFilter, type RequestFilter } from './request-filter.ts';

const pageSize = 200;
/** Requests that left the pushed state at once and are asked for again. */
const maxLookUps = 20;
/** Waits until a burst of changes is over. */
const lookUpPauseMs = 200;

export interface RequestList {
  readonly rows: readonly ListedRequest[];
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly problems: readonly { readonly accountUri: AccountUri; readonly error: AppError }[];
  loadMore(): void;
  reload(): void;
}

interface Loaded extends AccountList {
  readonly accountUri: AccountUri;
  readonly error: AppError | undefined;
}

/** The requests of these accounts, page by page, kept true by what the main process pushes. */
export function useRequestList(accounts: readonly AccountUri[], filter: RequestFilter): RequestList {
  const session = useSession();
  const [lists, setLists] = useState<readonly Loaded[]>([]);
  const [isLoading, setLoading] = useState(true);
  const turn = useRef(0);
  const busy = useRef(false);
  const key = JSON.stringify([accounts, filter]);
  const { changed, forget } = useChanges();

  const fetchPage = useCallback(
    async (accountUri: AccountUri, old: Loaded | undefined): Promise<Loaded> => {
      const [, query] = JSON.parse(key) as [unknown, RequestFilter];
      try {
        const page = await session.call((api) =>
          api.requests.list({
            ...query,
            accountUri,
            sort: { field: 'created', descending: true },
            limit: pageSize,
            ...(old?.nextKey === undefined ? {} : { startKey: old.nextKey }),
          }),
        );
        const items = [...(old?.items ?? []), ...page.items];
        return { accountUri, items, nextKey: page.nextKey, error: undefined };
      } catch (failure) {
        return { accountUri, items: old?.items ?? [], nextKey: undefined, error: toAppError(failure) };
      }
    },
    [session, key],
  );

  const reload = useCallback(async () => {
    turn.current += 1;
    const mine = turn.current;
    const [uris] = JSON.parse(key) as [AccountUri[]];
    setLoading(true);
    busy.current = true;
    const loaded = await Promise.all(uris.map((uri) => fetchPage(uri, undefined)));
    if (mine !== turn.current) return;
    setLists(loaded);
    forget();
    busy.current = false;
    setLoading(false);
  }, [key, fetchPage, forget]);
  useEffect(() => void reload(), [reload]);

  const loadMore = useCallback(async () => {
    const next = lists[nextToLoad(lists)];
    if (busy.current || !next) return;
    busy.current = true;
    const mine = turn.current;
    const loaded = await fetchPage(next.accountUri, next);
    if (mine !== turn.current) return;
    busy.current = false;
    setLists((old) => old.map((list) => (list.accountUri === next.accountUri ? loaded : list)));
  }, [lists, fetchPage]);

  const rows = useMemo(() => {
    const [uris, query] = JSON.parse(key) as [AccountUri[], RequestFilter];
    return mergeLists(
      lists,
      changed,
      (request) => uris.includes(request.accountUri) && matchesFilter(request, query),
    );
  }, [lists, changed, key]);
  return {
    rows,
    isLoading,
    hasMore: nextToLoad(lists) >= 0,
    problems: lists.flatMap(({ accountUri, error }) => (error ? [{ accountUri, error }] : [])),
    loadMore: () => void loadMore(),
    reload: () => void reload(),
  };
}

type Changes = ReadonlyMap<RequestUri, RequestInfo | undefined>;

/** What was pushed since the pages were read. Only the newest are pushed: one that leaves is asked for, and may be there still. */
function useChanges(): { changed: Changes; forget: () => void } {
  const session = useSession();
  const pushed = useAppState((state) => state.requests);
  const before = useRef(pushed);
  const leaving = useRef(new Set<RequestUri>());
  const [changed, setChanged] = useState<Changes>(new Map());
  useEffect(() => {
    const old = before.current;
    before.current = pushed;
    if (old === pushed) return;
    const news = Object.values(pushed).filter((request) => old[request.uri] !== request);
    const left = Object.values(old).filter((request) => !pushed[request.uri]);
    if (news.length > 0)
      setChanged((map) => new Map([...map, ...news.map((request) => [request.uri, request] as const)]));
    for (const { uri } of left) leaving.current.add(uri);
    for (const { uri } of news) leaving.current.delete(uri);
  }, [pushed]);

  useEffect(() => {
    if (leaving.current.size === 0) return undefined;
    const timer = setTimeout(() => {
      const asked = [...leaving.current].slice(-maxLookUps);
      leaving.current.clear();
      for (const uri of asked) {
        void session
          .call((api) => api.requests.get({ requestUri: uri }))
          .then(
            (request) => setChanged((map) => new Map([...map, [uri, request]])),
            (failure: unknown) => {
              if (isAppError(toAppError(failure), 'not-found'))
                setChanged((map) => new Map([...map, [uri, undefined]]));
            },
          );
      }
    }, lookUpPauseMs);
    return () => clearTimeout(timer);
  }, [pushed, session]);
  return { changed, forget: useCallback(() => setChanged(new Map()), []) };
}
