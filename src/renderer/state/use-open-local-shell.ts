import { useCallback } from 'react';
import { useAppState, useSession } from './store.ts';
import { estimateTerminalSize } from './terminal-size.ts';
import { useUi } from './ui-state.ts';

/** Opens a terminal on this machine, with the environment of the cluster in front; `program` = one of `localPrograms`. */
export function useOpenLocalShell(): (program?: string) => void {
  const session = useSession();
  const ui = useUi();
  const accountUri = useAppState((state) => state.workspace.activeAccountUri);
  return useCallback(
    (program?: string) =>
      void ui.guard(undefined, async () => {
        await session.call((api) =>
          api.shells.openLocal({
            size: estimateTerminalSize(),
            ...(accountUri ? { accountUri } : {}),
            ...(program ? { program } : {}),
          }),
        );
      }),
    [session, ui, accountUri],
  );
}
