import { useCallback, useEffect, useRef, useState } from 'react';
import type { FileEntry } from '../../../shared/contract/files.ts';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';

/** Entries that came meanwhile are shown this often while a large folder is read. */
const showEveryMs = 400;

export interface Folder {
  /** As the server names it; undefined before the first answer. */
  readonly path: string | undefined;
  readonly entries: readonly FileEntry[];
  readonly isLoading: boolean;
  readonly error: AppError | undefined;
  readonly canGoBack: boolean;
  readonly canGoForward: boolean;
  go(path: string): void;
  back(): void;
  forward(): void;
  /** Reads the same folder again; what is in sight stays until the answer is whole. */
  refresh(): void;
}

interface Shown {
  readonly path: string | undefined;
  readonly entries: readonly FileEntry[];
}
interface Trail {
  /** As it was asked for; `turn` makes the same folder be read again. */
  readonly asked: string;
  readonly turn: number;
  readonly back: readonly string[];
  readonly forward: readonly string[];
}

/** The folder that a pane shows. Reads when the pane is connected, and again whenever it is connected anew. */
export function useFolder(paneId: string, isReady: boolean, start: string): Folder {
  const session = useSession();
  const [trail, setTrail] = useState<Trail>({ asked: start, turn: 0, back: [], forward: [] });
  const [shown, setShown] = useState<Shown>({ path: undefined, entries: [] });
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState<AppError>();
  const { asked, turn } = trail;
  const here = useRef<{ asked: string; path: string | undefined }>({ asked: '', path: undefined });

  useEffect(() => {
    if (!isReady) return;
    const stop = new AbortController();
    const isAgain = here.current.asked === asked && here.current.path !== undefined;
    setLoading(true);
    setError(undefined);
    const read = async () => {
      const entries: FileEntry[] = [];
      let shownAt = 0;
      const show = (path: string) => {
        if (stop.signal.aborted) return;
        here.current = { asked, path };
        shownAt = performance.now();
        setShown({ path, entries: [...entries] });
      };
      const chunks = await session.call((api) =>
        api.files.list({ paneId, path: asked }, { signal: stop.signal }),
      );
      let path: string | undefined;
      for await (const chunk of chunks) {
        for (const entry of chunk.entries) entries.push(entry);
        path = chunk.path;
        // The order is made anew each time: seldom, and not at all while an old view is being replaced.
        if (!isAgain && performance.now() - shownAt > showEveryMs) show(path);
      }
      if (path !== undefined) show(path);
    };
    void read()
      .catch((failure: unknown) => {
        const known = toAppError(failure);
        if (!stop.signal.aborted && !isAppError(known, 'cancelled')) setError(known);
      })
      .finally(() => !stop.signal.aborted && setLoading(false));
    return () => stop.abort();
  }, [session, paneId, isReady, asked, turn]);

  const go = useCallback((path: string) => {
    setTrail((old) => {
      const from = here.current.path ?? old.asked;
      if (path === from) return { ...old, asked: path, turn: old.turn + 1 };
      return { asked: path, turn: old.turn + 1, back: [...old.back, from].slice(-100), forward: [] };
    });
  }, []);
  const step = useCallback((from: 'back' | 'forward', to: 'back' | 'forward') => {
    setTrail((old) => {
      const path = old[from].at(-1);
      if (path === undefined) return old;
      const left = here.current.path ?? old.asked;
      return {
        ...old,
        asked: path,
        turn: old.turn + 1,
        [from]: old[from].slice(0, -1),
        [to]: [...old[to], left],
      };
    });
  }, []);
  return {
    ...shown,
    isLoading,
    error,
    canGoBack: trail.back.length > 0,
    canGoForward: trail.forward.length > 0,
    go,
    back: useCallback(() => step('back', 'forward'), [step]),
    forward: useCallback(() => step('forward', 'back'), [step]),
    refresh: useCallback(() => setTrail((old) => ({ ...old, turn: old.turn + 1 })), []),
  };
}
