import type { LocalShellService } from '../../local-shell/local-shell-service.ts';
import type { ShellService } from '../../shells/shell-service.ts';
import type { WorkspaceService } from '../../workspace/workspace-service.ts';
import type { LocalTerminals } from '../local-terminals.ts';
import type { UsageEvents } from '../usage-events.ts';
import type { Implementer } from './implementer.ts';

export interface ShellRoutesServices {
  readonly shells: ShellService;
  readonly localShells: LocalShellService;
  readonly localTerminals: LocalTerminals;
  readonly workspace: WorkspaceService;
  readonly usageEvents: UsageEvents;
}

export function shellRoutes({ shells: os }: Implementer, services: ShellRoutesServices) {
  const { shells, localShells, localTerminals, workspace, usageEvents } = services;
  return {
    open: os.open.handler(({ input }) => {
      const shellId = shells.open(input);
      usageEvents.shellStarted(shells.get(shellId).info, input.origin);
      return { shellId, tabId: workspace.openShellTab(shellId, '') };
    }),
    localPrograms: os.localPrograms.handler(() => localShells.programs()),
    openLocal: os.openLocal.handler(({ input }) => localTerminals.open(input)),
    reconnect: os.reconnect.handler(({ input }) => {
      shells.reconnect(input.shellId, input.size);
      usageEvents.shellStarted(shells.get(input.shellId).info);
    }),
    resize: os.resize.handler(({ input }) => shells.get(input.shellId).resize(input.size)),
    setTitle: os.setTitle.handler(({ input }) => workspace.setShellTitle(input.shellId, input.title)),
  };
}
