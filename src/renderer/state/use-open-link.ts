import { toAppError } from '../client/api.ts';
import { useAppState, useSession } from './store.ts';
import { useUi } from './ui-state.ts';

/** Opens a web address. Under the loopback host this page's own browser does it: the main process may run on another machine. */
export function useOpenLink(): (url: string) => void {
  const host = useAppState((state) => state.app.host);
  const session = useSession();
  const ui = useUi();
  return (url) => {
    if (host === 'loopback') {
      if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
      return;
    }
    void session
      .call((api) => api.app.openExternal({ url }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  };
}
