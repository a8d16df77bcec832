import type { SettingsSection } from '../../shared/contract/workspace.ts';
import { type RefObject, useMemo } from 'react';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { PaletteAction } from '../features/palette/command-palette.tsx';
import { terminalOf } from '../features/terminal/terminal-registry.ts';
import { toAppError } from '../client/api.ts';
import { estimateTerminalSize } from '../state/terminal-size.ts';
import { useActiveAccount, useAppState, useSession } from '../state/store.ts';
import { useCloseTab } from '../state/use-close-tab.ts';
import { useCopy } from '../state/use-copy.ts';
import { useUi } from '../state/ui-state.ts';
import { useOpenLocalShell } from '../state/use-open-local-shell.ts';
import { type ChordName, mainKey } from './chords.ts';
import { fileActions } from './file-actions.ts';
import { cycleRegion } from './regions.ts';
import { requestActions } from './request-actions.ts';
import { tabLook } from './tab-look.ts';
import { tunnelActions } from './tunnel-actions.ts';

export interface Commands {
  readonly actions: readonly PaletteAction[];
  readonly tabs: readonly PaletteAction[];
  /** False when the chord has nothing to act on. */
  run(chord: ChordName): boolean;
  closeTab(tabId: string): void;
  /** The files beside the terminal in front. */
  closeFiles(): void;
}

/** Everything that the keyboard and the palette can do. */
export function useCommands(options: {
  openPalette: () => void;
  root: RefObject<HTMLElement | null>;
}): Commands {
  const session = useSession();
  const ui = useUi();
  const workspace = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const tunnels = useAppState((state) => state.tunnels);
  const tunnelGroups = useAppState((state) => state.tunnelGroups);
  const requests = useAppState((state) => state.requests);
  const filePanes = useAppState((state) => state.filePanes);
  const closeTab = useCloseTab();
  const activeAccount = useActiveAccount();
  const copy = useCopy();
  const demo = useAppState((state) => state.app.demo);
  const openLocalShell = useOpenLocalShell();
  const { openPalette, root } = options;

  return useMemo(() => {
    const { tabs, activeTabId } = workspace;
    const call = (work: Parameters<typeof session.call>[0]) =>
      void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
    const index = tabs.findIndex((tab) => tab.id === activeTabId);
    const front = tabs[index];
    const canClose = front !== undefined && front.kind !== 'resources';
    const frontShell = front?.kind === 'shell' ? shells[front.shellId] : undefined;
    // Looked up when it is needed: terminals come and go without a change of state.
    const frontTerminal = () => (frontShell ? terminalOf(frontShell.id) : undefined);
    const files = fileActions(frontShell, filePanes, session, ui);
    const activate = (at: number) => {
      const tab = tabs[(at + tabs.length) % tabs.length];
      if (tab) call((api) => api.workspace.activateTab({ tabId: tab.id }));
    };
    const duplicate = () =>
      frontShell &&
      void ui.guard(serverAccount(frontShell), async () => {
        await session.call((api) =>
          api.workspace.duplicateTab({ tabId: activeTabId, size: estimateTerminalSize() }),
        );
      });
    const move = (to: number) => call((api) => api.workspace.moveTab({ tabId: activeTabId, toIndex: to }));
    const focusSearch = () => {
      const select = () => root.current?.querySelector<HTMLInputElement>('[data-region="search"]')?.select();
      // At once where it is in sight: what is typed right behind the key belongs to it.
      if (index === 0) select();
      else {
        activate(0);
        requestAnimationFrame(select);
      }
    };
    const openSettings = (section: SettingsSection) => call((api) => api.workspace.openSettings({ section }));
    const onShell = (name: string, run: () => void, chord?: string): PaletteAction[] =>
      frontShell ? [{ name, run, ...(chord ? { chord } : {}) }] : [];
    const onTab: typeof onShell = (name, run, chord) =>
      canClose ? [{ name, run, ...(chord ? { chord } : {}) }] : [];
    const actions: PaletteAction[] = [
      { name: 'Add a cluster', run: () => ui.ask({ kind: 'add-cluster' }) },
      ...(demo
        ? [
            {
              name: 'Sign in to the demo cluster',
              run: () => call((api) => api.clusters.signIn({ kind: 'demo' })),
            },
          ]
        : []),
      { name: 'Search the list', run: focusSearch, chord: '/' },
      { name: 'Open a local terminal', run: () => openLocalShell(), chord: `${mainKey} Shift T` },
      ...tunnelActions({
        tunnels: Object.values(tunnels),
        groups: Object.values(tunnelGroups),
        front: front?.kind === 'tunnel' ? tunnels[front.tunnelId] : undefined,
        call,
        copy,
      }),
      ...requestActions({ account: activeAccount, requests, call, ask: ui.ask }),
      ...onTab('Close tab', () => closeTab(activeTabId), `${mainKey} Shift W`),
      ...(files
        ? [
            {
              name: files.pane ? 'Close files of the server' : 'Open files of the server',
              run: files.pane ? files.close : files.open,
              chord: `${mainKey} Shift E`,
            },
          ]
        : []),
      ...onShell('Duplicate tab', duplicate, `${mainKey} Shift D`),
      ...onShell('Find in terminal', () => frontTerminal()?.openFind(), `${mainKey} Shift F`),
      ...onShell('Copy all terminal text', () => copy(frontTerminal()?.session.allText() ?? '')),
      ...onTab('Move tab left', () => move(index - 1), `${mainKey} Shift PgUp`),
      ...onTab('Move tab right', () => move(index + 1), `${mainKey} Shift PgDn`),
      { name: 'Open settings', run: () => openSettings('appearance'), chord: `${mainKey} ,` },
      { name: 'Usage data', run: () => openSettings('usage-data') },
      { name: 'Show keyboard shortcuts', run: () => ui.ask({ kind: 'shortcuts' }), chord: '?' },
      { name: 'Sign out everywhere', run: () => call((api) => api.clusters.signOutAll()) },
    ];
    const simple: Partial<Record<string, () => void>> = {
      palette: openPalette,
      'local-terminal': openLocalShell,
      next: () => activate(index + 1),
      previous: () => activate(index - 1),
      region: () => cycleRegion(root.current),
      search: focusSearch,
      settings: () => openSettings('appearance'),
      shortcuts: () => ui.ask({ kind: 'shortcuts' }),
      ...(canClose
        ? {
            close: () => closeTab(activeTabId),
            'move-left': () => move(index - 1),
            'move-right': () => move(index + 1),
          }
        : {}),
      ...(frontShell
        ? {
            duplicate,
            find: () => frontTerminal()?.openFind(),
          }
        : {}),
      ...(files ? { files: files.toggle } : {}),
    };
    return {
      actions,
      tabs: tabs.map((tab, at) => ({
        name: tabLook(tab, { shells, tunnels, requests, filePanes }).title,
        run: () => activate(at),
      })),
      closeTab,
      closeFiles: () => files?.close(),
      run(chord) {
        if (typeof chord === 'object') {
          if (!tabs[chord.tab]) return false;
          activate(chord.tab);
          return true;
        }
        const work = simple[chord];
        work?.();
        return work !== undefined;
      },
    };
  }, [
    session,
    ui,
    workspace,
    shells,
    tunnels,
    tunnelGroups,
    requests,
    filePanes,
    closeTab,
    activeAccount,
    demo,
    openLocalShell,
    openPalette,
    copy,
    root,
  ]);
}

/** Whose sign-in a shell needs: one of this machine needs none. */
function serverAccount(shell: ShellInfo): AccountUri | undefined {
  return shell.target.kind === 'server' ? shell.accountUri : undefined;
}
