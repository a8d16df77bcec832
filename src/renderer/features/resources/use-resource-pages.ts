import { useCallback, useEffect, useRef, useState } from 'react';
import type { Resource, ResourcePage, ResourceQuery } from '../../../shared/contract/resources.ts';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';

const pageSize = 100;

export type ListFilter = Omit<ResourceQuery, 'limit' | 'startKey'>;

export interface ResourcePages {
  readonly items: readonly Resource[];
  readonly problems: ResourcePage['problems'];
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  /** Of the last request; rows that are there stay. */
  readonly error: AppError | undefined;
  loadMore(): void;
  reload(): void;
}

interface Loaded {
  readonly items: readonly Resource[];
  readonly problems: ResourcePage['problems'];
  readonly nextKey: string | undefined;
}
const nothing: Loaded = { items: [], problems: [], nextKey: undefined };

/** The list page by page. A new filter keeps the old rows until its first page is there; answers out of turn are dropped. */
export function useResourcePages(filter: ListFilter): ResourcePages {
  const session = useSession();
  const [loaded, setLoaded] = useState(nothing);
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<AppError>();
  const turn = useRef(0);
  const busy = useRef(false);
  const key = JSON.stringify(filter);
  const owner = useRef(filter.accountUri);

  const load = useCallback(
    async (startKey: string | undefined) => {
      turn.current += 1;
      const mine = turn.current;
      busy.current = true;
      setLoading(true);
      setError(undefined);
      try {
        const page = await session.call((api) =>
          api.resources.list({
            ...(JSON.parse(key) as ListFilter),
            limit: pageSize,
            ...(startKey === undefined ? {} : { startKey }),
          }),
        );
        if (mine !== turn.current) return;
        setLoaded((old) => ({
          items: startKey === undefined ? page.items : [...old.items, ...page.items],
          problems: page.problems,
          nextKey: page.nextKey,
        }));
      } catch (failure) {
        const known = toAppError(failure);
        if (mine === turn.current && !isAppError(known, 'cancelled')) setError(known);
      } finally {
        if (mine === turn.current) {
          busy.current = false;
          setLoading(false);
        }
      }
    },
    [session, key],
  );

  useEffect(() => {
    if (owner.current !== filter.accountUri) {
      owner.current = filter.accountUri;
      setLoaded(nothing);
    }
    void load(undefined);
  }, [load, filter.accountUri]);

  return {
    ...loaded,
    isLoading,
    error,
    hasMore: loaded.nextKey !== undefined,
    loadMore: () => {
      if (!busy.current && loaded.nextKey !== undefined && !error) void load(loaded.nextKey);
    },
    reload: () => void load(undefined),
  };
}
