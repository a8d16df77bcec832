import type { RefObject } from 'react';
import type { AccountInfo } from '../../shared/contract/clusters.ts';
import type { AppState } from '../../shared/contract/state.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { SettingsSection } from '../../shared/contract/workspace.ts';
import type { CommandId } from '../../shared/keys/commands.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { type Api, toAppError } from '../client/api.ts';
import type { Session } from '../client/session.ts';
import { terminalOf } from '../features/terminal/terminal-registry.ts';
import { estimateTerminalSize } from '../state/terminal-size.ts';
import type { UiActions } from '../state/ui-state.ts';
import { stepZoom, zoomSettled } from '../state/zoom.ts';
import type { FileActions } from './file-actions.ts';
import { cycleRegion } from './regions.ts';

/** What commands do now; one without a handler has nothing to act on. */
export type CommandHandlers = Partial<Record<CommandId, () => void>>;

export interface CommandContext {
  readonly session: Session;
  readonly ui: UiActions;
  readonly state: Pick<AppState, 'workspace' | 'shells'>;
  readonly account: AccountInfo | undefined;
  readonly zoom: number;
  readonly files: FileActions | undefined;
  readonly root: RefObject<HTMLElement | null>;
  readonly call: (work: (api: Api) => Promise<unknown>) => void;
  readonly copy: (text: string) => void;
  readonly openPalette: () => void;
  readonly openLocalShell: () => void;
  readonly closeTab: (tabId: string) => void;
}

export function commandHandlers(context: CommandContext): CommandHandlers {
  return {
    ...generalHandlers(context),
    ...tabHandlers(context),
    ...shellHandlers(context),
    ...zoomHandlers(context),
  };
}

/** Brings a tab to the front, counted from the first; beyond the last it begins again. */
export function activateTab({ state, call }: CommandContext, at: number): void {
  const { tabs } = state.workspace;
  const tab = tabs[(at + tabs.length) % tabs.length];
  if (tab) call((api) => api.workspace.activateTab({ tabId: tab.id }));
}

function generalHandlers(context: CommandContext): CommandHandlers {
  const { ui, call, account, root } = context;
  const openSettings = (section: SettingsSection) => () =>
    call((api) => api.workspace.openSettings({ section }));
  return {
    palette: context.openPalette,
    'search-list': () => focusSearch(context),
    settings: openSettings('appearance'),
    'key-settings': openSettings('keys'),
    'usage-data': openSettings('usage-data'),
    shortcuts: () => ui.ask({ kind: 'shortcuts' }),
    'next-region': () => cycleRegion(root.current),
    'local-terminal': context.openLocalShell,
    'add-cluster': () => ui.ask({ kind: 'add-cluster' }),
    'access-requests': () => call((api) => api.workspace.openRequests()),
    ...(account
      ? { 'request-access': () => ui.ask({ kind: 'request-access', accountUri: account.uri }) }
      : {}),
    'sign-out-all': () => call((api) => api.clusters.signOutAll()),
  };
}

function tabHandlers(context: CommandContext): CommandHandlers {
  const { tabs, activeTabId } = context.state.workspace;
  const index = tabs.findIndex((tab) => tab.id === activeTabId);
  const move = (to: number) => () =>
    context.call((api) => api.workspace.moveTab({ tabId: activeTabId, toIndex: to }));
  const canClose = index >= 0 && tabs[index]?.kind !== 'resources';
  const byNumber = tabs.slice(0, 9).map((_, at) => [`tab-${at + 1}`, () => activateTab(context, at)]);
  return {
    'next-tab': () => activateTab(context, index + 1),
    'previous-tab': () => activateTab(context, index - 1),
    ...(Object.fromEntries(byNumber) as CommandHandlers),
    ...(canClose
      ? {
          'close-tab': () => context.closeTab(activeTabId),
          'move-tab-left': move(index - 1),
          'move-tab-right': move(index + 1),
        }
      : {}),
  };
}

function shellHandlers(context: CommandContext): CommandHandlers {
  const { session, ui, state, files } = context;
  const { tabs, activeTabId } = state.workspace;
  const front = tabs.find((tab) => tab.id === activeTabId);
  const shell = front?.kind === 'shell' ? state.shells[front.shellId] : undefined;
  if (!shell) return {};
  // Looked up when it is needed: terminals come and go without a change of state.
  const terminal = () => terminalOf(shell.id);
  return {
    'duplicate-tab': () =>
      void ui.guard(serverAccount(shell), async () => {
        await session.call((api) =>
          api.workspace.duplicateTab({ tabId: activeTabId, size: estimateTerminalSize() }),
        );
      }),
    find: () => terminal()?.openFind(),
    'copy-all': () => context.copy(terminal()?.session.allText() ?? ''),
    ...(files ? { files: files.toggle } : {}),
  };
}

function zoomHandlers({ session, ui, zoom }: CommandContext): CommandHandlers {
  const set = (percent: number) =>
    void session
      .call((api) =>
        percent === 100
          ? api.settings.reset({ names: ['appearance.zoom'] })
          : api.settings.set({ values: { 'appearance.zoom': percent } }),
      )
      .catch((error: unknown) => {
        zoomSettled();
        ui.report(toAppError(error));
      });
  return {
    'zoom-in': () => set(stepZoom(zoom, 1)),
    'zoom-out': () => set(stepZoom(zoom, -1)),
    'zoom-reset': () => {
      zoomSettled();
      set(100);
    },
  };
}

function focusSearch(context: CommandContext): void {
  const { state, root } = context;
  const select = () => root.current?.querySelector<HTMLInputElement>('[data-region="search"]')?.select();
  // At once where it is in sight: what is typed right behind the key belongs to it.
  if (state.workspace.activeTabId === state.workspace.tabs[0]?.id) select();
  else {
    activateTab(context, 0);
    requestAnimationFrame(select);
  }
}

/** Whose sign-in a shell needs: one of this machine needs none. */
function serverAccount(shell: ShellInfo): AccountUri | undefined {
  return shell.target.kind === 'server' ? shell.accountUri : undefined;
}
