import type { WorkspaceService } from '../../workspace/workspace-service.ts';
import type { LocalTerminals } from '../local-terminals.ts';
import type { AppTunnels } from '../tunnels.ts';
import type { Implementer } from './implementer.ts';

export interface TunnelRoutesServices {
  readonly tunnels: AppTunnels;
  readonly workspace: WorkspaceService;
  readonly localTerminals: LocalTerminals;
}

export function tunnelRoutes({ tunnels: os }: Implementer, services: TunnelRoutesServices) {
  const { tunnels, workspace, localTerminals } = services;
  const { service } = tunnels;
  return {
    choices: os.choices.handler(({ input, signal }) => tunnels.choices(input.resourceUri, signal)),
    open: os.open.handler(async ({ input, signal }) => {
      const tunnelId = await service.open(input, signal);
      return { tunnelId, tabId: workspace.showTunnelTab(tunnelId) };
    }),
    show: os.show.handler(({ input }) => {
      service.get(input.tunnelId);
      return { tabId: workspace.showTunnelTab(input.tunnelId) };
    }),
    close: os.close.handler(({ input }) => service.close(input.tunnelId)),
    listen: os.listen.handler(({ input }) => service.listen(input.tunnelId)),
    forget: os.forget.handler(async ({ input }) => {
      await service.forget(input.tunnelId);
      workspace.closeTunnelTab(input.tunnelId);
    }),
    setPort: os.setPort.handler(({ input }) => service.setPort(input.tunnelId, input.port)),
    suggestPort: os.suggestPort.handler(async ({ input }) => ({
      port: await service.suggestPort(input.tunnelId),
    })),
    setDatabaseName: os.setDatabaseName.handler(({ input }) =>
      service.setDatabaseName(input.tunnelId, input.databaseName),
    ),
    run: os.run.handler(({ input }) => ({
      tabId: tunnels.runCommand(input.tunnelId, input.command, input.size, localTerminals).tabId,
    })),
    saveGroup: os.saveGroup.handler(({ input }) => ({
      groupId: tunnels.groups.save(input.name, input.tunnelIds),
    })),
    openGroup: os.openGroup.handler(({ input }) => tunnels.groups.open(input.groupId)),
    removeGroup: os.removeGroup.handler(({ input }) => tunnels.groups.remove(input.groupId)),
    openKubeShell: os.openKubeShell.handler(({ input }) => ({
      tabId: tunnels.openKubeShell(input.tunnelId, input.size, localTerminals).tabId,
    })),
    mergeKubeconfig: os.mergeKubeconfig.handler(({ input }) =>
      tunnels.kubernetes.merge(input.accountUri, input.isMerged),
    ),
    openApp: os.openApp.handler(async ({ input, signal }) => ({
      url: await tunnels.openApp(input.resourceUri, input.through, signal),
    })),
  };
}
