import { type RefObject, useMemo } from 'react';
import { type CommandId, commandEntry, commandIds } from '../../shared/keys/commands.ts';
import { toAppError } from '../client/api.ts';
import type { PaletteItem } from '../features/palette/palette-item.ts';
import { focusSetting } from '../features/settings/focus-setting.ts';
import { settingPlaces } from '../features/settings/setting-items.ts';
import { useActiveAccount, useAppState, useSession } from '../state/store.ts';
import { useCloseTab } from '../state/use-close-tab.ts';
import { useCopy } from '../state/use-copy.ts';
import { useKeymap } from '../state/use-keymap.ts';
import { useOpenLocalShell } from '../state/use-open-local-shell.ts';
import { useUi } from '../state/ui-state.ts';
import {
  activateTab,
  type CommandContext,
  type CommandHandlers,
  commandHandlers,
} from './command-handlers.ts';
import { type FileActions, fileActions } from './file-actions.ts';
import { requestActions } from './request-actions.ts';
import { tabLook } from './tab-look.ts';
import { tunnelActions } from './tunnel-actions.ts';

export interface Commands {
  readonly handlers: CommandHandlers;
  readonly actions: readonly PaletteItem[];
  readonly tabs: readonly PaletteItem[];
  readonly settings: readonly PaletteItem[];
  closeTab(tabId: string): void;
  /** The files beside the terminal in front. */
  closeFiles(): void;
}

/** Not worth a row in the palette: it is open, tabs have rows of their own, or the focus would be lost. */
const unlisted: ReadonlySet<CommandId> = new Set<CommandId>([
  ...([
    'palette',
    'next-region',
    'next-tab',
    'previous-tab',
    'files',
    'copy',
    'paste',
    'next-request',
  ] as const),
  ...commandIds.filter((id) => /^tab-\d$/.test(id)),
]);

/** Everything that the keyboard and the palette can do. */
export function useCommands(options: {
  openPalette: () => void;
  root: RefObject<HTMLElement | null>;
}): Commands {
  const session = useSession();
  const ui = useUi();
  const keymap = useKeymap();
  const workspace = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const tunnels = useAppState((state) => state.tunnels);
  const tunnelGroups = useAppState((state) => state.tunnelGroups);
  const requests = useAppState((state) => state.requests);
  const filePanes = useAppState((state) => state.filePanes);
  const zoom = useAppState((state) => state.settings.values['appearance.zoom']);
  const closeTab = useCloseTab();
  const account = useActiveAccount();
  const copy = useCopy();
  const demo = useAppState((state) => state.app.demo);
  const openLocalShell = useOpenLocalShell();
  const { openPalette, root } = options;

  return useMemo(() => {
    const { tabs, activeTabId } = workspace;
    const call: CommandContext['call'] = (work) =>
      void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
    const front = tabs.find((tab) => tab.id === activeTabId);
    const frontShell = front?.kind === 'shell' ? shells[front.shellId] : undefined;
    const files = fileActions(frontShell, filePanes, session, ui);
    const context: CommandContext = {
      session,
      ui,
      state: { workspace, shells },
      account,
      zoom,
      files,
      root,
      call,
      copy,
      openPalette,
      openLocalShell: () => openLocalShell(),
      closeTab,
    };
    const handlers = commandHandlers(context);
    const chordOf = (id: CommandId) => keymap.chordsOf(id)[0];
    const listed = commandIds.flatMap((id): PaletteItem[] => {
      const run = handlers[id];
      if (!run || unlisted.has(id)) return [];
      return [{ id: `command:${id}`, name: commandEntry(id).label, chord: chordOf(id), run }];
    });
    const actions: PaletteItem[] = [
      ...listed,
      ...fileItems(files, chordOf('files')),
      ...(demo
        ? [
            {
              id: 'command:demo',
              name: 'Sign in to the demo cluster',
              run: () => call((api) => api.clusters.signIn({ kind: 'demo' })),
            },
          ]
        : []),
      ...tunnelActions({
        tunnels: Object.values(tunnels),
        groups: Object.values(tunnelGroups),
        front: front?.kind === 'tunnel' ? tunnels[front.tunnelId] : undefined,
        call,
        copy,
      }),
      ...requestActions({ account, requests, call, ask: ui.ask }),
    ];
    return {
      handlers,
      actions,
      tabs: tabs.map((tab, at) => ({
        id: `tab:${tab.id}`,
        name: tabLook(tab, { shells, tunnels, requests, filePanes }).title,
        run: () => activateTab(context, at),
      })),
      settings: settingPlaces.map(({ section, label, ...place }) => ({
        ...place,
        run: () => {
          call((api) => api.workspace.openSettings({ section }));
          if (label !== undefined) focusSetting(label);
        },
      })),
      closeTab,
      closeFiles: () => files?.close(),
    };
  }, [
    session,
    ui,
    keymap,
    workspace,
    shells,
    tunnels,
    tunnelGroups,
    requests,
    filePanes,
    zoom,
    closeTab,
    account,
    demo,
    openLocalShell,
    openPalette,
    copy,
    root,
  ]);
}

function fileItems(files: FileActions | undefined, chord: string | undefined): PaletteItem[] {
  if (!files) return [];
  const name = files.pane ? 'Close files of the server' : 'Open files of the server';
  return [{ id: 'command:files', name, chord, run: files.pane ? files.close : files.open }];
}
