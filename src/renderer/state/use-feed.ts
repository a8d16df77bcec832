import { useEffect, useRef } from 'react';
import { type Api, toAppError } from '../client/api.ts';
import { useLink, useSession } from './store.ts';
import { useUi } from './ui-state.ts';

/** Reads a feed while the view is there, and from its beginning again after the connection was lost. */
export function useFeed<T>(
  open: (api: Api, signal: AbortSignal) => Promise<AsyncIterable<T>>,
  handlers: { readonly onStart: () => void; readonly onItem: (item: T) => void },
): void {
  const session = useSession();
  const ui = useUi();
  const isConnected = useLink() === 'connected';
  const latest = useRef({ open, handlers });
  useEffect(() => {
    latest.current = { open, handlers };
  });
  useEffect(() => {
    if (!isConnected) return;
    const stop = new AbortController();
    const read = async () => {
      latest.current.handlers.onStart();
      const feed = await session.call((api) => latest.current.open(api, stop.signal));
      for await (const item of feed) {
        if (stop.signal.aborted) return;
        latest.current.handlers.onItem(item);
      }
    };
    read().catch((failure: unknown) => {
      const error = toAppError(failure);
      // A lost connection is told by the window itself.
      if (!stop.signal.aborted && error.code !== 'connection-lost') ui.report(error);
    });
    return () => stop.abort();
  }, [session, ui, isConnected]);
}
