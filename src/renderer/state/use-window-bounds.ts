import { useEffect } from 'react';
import { useAppState, useSession } from './store.ts';

const settleMs = 400;

/** Under the loopback host only the page knows where its window is. It tells it whenever that may have changed. */
export function useWindowBounds(): void {
  const session = useSession();
  const isWanted = useAppState((state) => state.app.host === 'loopback');
  useEffect(() => {
    if (!isWanted) return;
    let told = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      const bounds = {
        x: Math.round(window.screenX),
        y: Math.round(window.screenY),
        width: Math.round(window.outerWidth),
        height: Math.round(window.outerHeight),
      };
      const text = JSON.stringify(bounds);
      if (text === told || bounds.width === 0) return;
      told = text;
      void session.call((api) => api.workspace.noteWindow(bounds)).catch(() => undefined);
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, settleMs);
    };
    // Moving has no event of its own: whoever moved it comes from or goes to somewhere else.
    const events = ['resize', 'blur', 'focus', 'mouseleave'] as const;
    for (const event of events) window.addEventListener(event, later);
    document.documentElement.addEventListener('mouseenter', later);
    return () => {
      clearTimeout(timer);
      for (const event of events) window.removeEventListener(event, later);
      document.documentElement.removeEventListener('mouseenter', later);
    };
  }, [session, isWanted]);
}
