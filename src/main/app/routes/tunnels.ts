import { accountOf } from '../../../shared/uri/uri.ts';
import type { WorkspaceService } from '../../workspace/workspace-service.ts';
import type { LocalTerminals } from '../local-terminals.ts';
import type { AppTunnels } from '../tunnels.ts';
import type { UsageOrigin } from '../../../shared/contract/usage-data.ts';
import type { Uses } from '../../palette/uses.ts';
import type { UsageEvents } from '../usage-events.ts';
import type { Implementer } from './implementer.ts';

export interface TunnelRoutesServices {
  readonly tunnels: AppTunnels;
  readonly workspace: WorkspaceService;
  readonly localTerminals: LocalTerminals;
  readonly usageEvents: UsageEvents;
  readonly uses: Uses;
}

export function tunnelRoutes({ tunnels: os }: Implementer, services: TunnelRoutesServices) {
  const { tunnels, workspace, localTerminals, usageEvents } = services;
  const { service } = tunnels;
  /** Reports the tunnels that listen after `work` and did not before. */
  const noting = async <T>(origin: UsageOrigin | undefined, work: () => T | Promise<T>): Promise<T> => {
    const open = () => service.definitions.filter(({ isOpen }) => isOpen).map(({ id }) => id);
    const before = new Set(open());
    const done = await work();
    for (const id of open()) if (!before.has(id)) usageEvents.tunnelOpened(service.get(id).info, origin);
    return done;
  };
  return {
    choices: os.choices.handler(({ input, signal }) => tunnels.choices(input.resourceUri, signal)),
    open: os.open.handler(async ({ input, signal }) => {
      const tunnelId = await noting(input.origin, () => service.open(input, signal));
      services.uses.use(`resource:${input.target.resourceUri}`);
      return { tunnelId, tabId: workspace.showTunnelTab(tunnelId) };
    }),
    show: os.show.handler(({ input }) => {
      service.changed(service.get(input.tunnelId));
      return { tabId: workspace.showTunnelTab(input.tunnelId) };
    }),
    close: os.close.handler(({ input }) => service.close(input.tunnelId)),
    listen: os.listen.handler(({ input }) => noting(undefined, () => service.listen(input.tunnelId))),
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
    run: os.run.handler(({ input }) =>
      noting(undefined, async () => {
        const { tunnelId, command, size } = input;
        const { tabId } = await tunnels.runCommand(tunnelId, command, size, localTerminals);
        return { tabId };
      }),
    ),
    saveGroup: os.saveGroup.handler(({ input }) => ({
      groupId: tunnels.groups.save(input.name, input.tunnelIds),
    })),
    openGroup: os.openGroup.handler(({ input }) =>
      noting('connection_list', () => tunnels.groups.open(input.groupId)),
    ),
    removeGroup: os.removeGroup.handler(({ input }) => tunnels.groups.remove(input.groupId)),
    openKubeShell: os.openKubeShell.handler(async ({ input }) => {
      const { tabId } = await noting(undefined, () =>
        tunnels.openKubeShell(input.tunnelId, input.size, localTerminals),
      );
      usageEvents.kubeShellStarted(service.get(input.tunnelId).info);
      return { tabId };
    }),
    mergeKubeconfig: os.mergeKubeconfig.handler(({ input }) =>
      tunnels.kubernetes.merge(input.accountUri, input.isMerged),
    ),
    openApp: os.openApp.handler(async ({ input, signal }) => {
      const { resourceUri, through, origin } = input;
      const url = await noting(origin, () => tunnels.openApp(resourceUri, through, signal));
      if (through === 'proxy') usageEvents.appOpenedAtProxy(accountOf(resourceUri), origin);
      return { url };
    }),
  };
}
