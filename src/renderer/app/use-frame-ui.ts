import { useCallback, useMemo, useRef, useState } from 'react';
import { type AppError, isAppError } from '../../shared/errors/app-error.ts';
import { type AccountUri, clusterOf, parseAccountUri } from '../../shared/uri/uri.ts';
import { toAppError } from '../client/api.ts';
import type { DialogRequest, NoticeAction, UiActions } from '../state/ui-state.ts';
import type { Notice } from './notices.tsx';

export interface FrameUi {
  readonly ui: UiActions;
  readonly dialog: DialogRequest | undefined;
  readonly notices: readonly Notice[];
  dismissNotice(id: string): void;
  /** Undefined while it is closed. */
  readonly closePalette: (() => void) | undefined;
}

/** What floats above the window: one dialog, the palette, and notices. */
export function useFrameUi(): FrameUi {
  const [dialog, setDialog] = useState<DialogRequest>();
  const { notices, add, retract, dismiss } = useNotices();
  const { openPalette, closePalette } = usePaletteState();
  const ui = useMemo<UiActions>(() => {
    const report = (error: AppError) => add(error.message, error);
    const guard = async (account: AccountUri | undefined, work: () => Promise<void>) => {
      try {
        await work();
      } catch (failure) {
        const error = toAppError(failure);
        if (!account || !isAppError(error, 'session-expired', 'signed-out')) {
          report(error);
          return;
        }
        setDialog({
          kind: 'sign-in',
          clusterUri: clusterOf(account),
          userName: parseAccountUri(account)?.userName ?? '',
          reason: `${error.message} After signing in Porthole goes on.`,
          afterwards: () => void work().catch((again: unknown) => report(toAppError(again))),
        });
      }
    };
    return {
      ask: setDialog,
      closeDialog: () => setDialog(undefined),
      openPalette,
      report,
      notify: (text, action) => add(text, undefined, action),
      retract,
      guard,
    };
  }, [add, retract, openPalette]);
  return { ui, dialog, notices, dismissNotice: dismiss, closePalette };
}

/** The same cause is one notice with a count; three are kept. */
function useNotices() {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const add = useCallback((text: string, error?: AppError, action?: NoticeAction) => {
    setNotices((old) => {
      const same = old.find((notice) => notice.text === text);
      const others = old.filter((notice) => notice !== same);
      const fresh = {
        id: crypto.randomUUID(),
        text,
        count: (same?.count ?? 0) + 1,
        ...(error ? { error } : {}),
        ...(action ? { action } : {}),
      };
      return [...others, fresh].slice(-3);
    });
  }, []);
  const retract = useCallback(
    (text: string) => setNotices((old) => old.filter((notice) => notice.text !== text)),
    [],
  );
  const dismiss = useCallback(
    (id: string) => setNotices((old) => old.filter((notice) => notice.id !== id)),
    [],
  );
  return { notices, add, retract, dismiss };
}

function usePaletteState() {
  const [isOpen, setOpen] = useState(false);
  const focusBefore = useRef<HTMLElement | null>(null);
  const openPalette = useCallback(() => {
    focusBefore.current = document.activeElement as HTMLElement | null;
    setOpen(true);
  }, []);
  const close = useCallback(() => {
    setOpen(false);
    // The focus goes back to where it was, unless what was chosen has taken it.
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        focusBefore.current?.focus();
    });
  }, []);
  return { openPalette, closePalette: isOpen ? close : undefined };
}
