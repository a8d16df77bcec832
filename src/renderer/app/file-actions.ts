import type { FilePane } from '../../shared/contract/files.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import { focusPane } from '../features/files/pane-registry.ts';
import { terminalOf } from '../features/terminal/terminal-registry.ts';
import type { Session } from '../client/session.ts';
import { toAppError } from '../client/api.ts';
import type { UiActions } from '../state/ui-state.ts';

/** Files beside the terminals of servers. */
export interface FileActions {
  readonly pane: FilePane | undefined;
  /** Opens them, or puts the focus into them; closes them when it is there. */
  toggle(): void;
  open(): void;
  close(): void;
}

/** Undefined for a terminal of this machine, and for other tabs. */
export function fileActions(
  shell: ShellInfo | undefined,
  panes: Readonly<Record<string, FilePane>>,
  session: Session,
  ui: UiActions,
): FileActions | undefined {
  if (shell?.target.kind !== 'server') return undefined;
  const pane = Object.values(panes).find((one) => one.shellId === shell.id);
  const open = () =>
    void ui.guard(shell.accountUri, async () => {
      const { paneId } = await session.call((api) => api.files.openBeside({ shellId: shell.id }));
      focusPane(paneId);
    });
  const close = () => {
    if (!pane) return;
    terminalOf(shell.id)?.session.terminal.focus();
    void session
      .call((api) => api.files.close({ paneId: pane.id }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  };
  return {
    pane,
    open,
    close,
    toggle: () => {
      if (!pane) open();
      else if (document.activeElement?.closest('.file-pane')) close();
      else focusPane(pane.id);
    },
  };
}
