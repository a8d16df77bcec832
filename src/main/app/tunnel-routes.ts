import type { implement } from '@orpc/server';
import type { Contract } from '../../shared/contract/contract.ts';
import type { PromptService } from '../prompts/prompt-service.ts';
import type { WorkspaceService } from '../workspace/workspace-service.ts';
import type { LocalTerminals } from './local-terminals.ts';
import type { AppTunnels } from './tunnels.ts';

type Implementer = Pick<ReturnType<typeof implement<Contract>>, 'tunnels' | 'prompts'>;

export interface TunnelRouteServices {
  readonly tunnels: AppTunnels;
  readonly prompts: PromptService;
  readonly workspace: WorkspaceService;
  readonly localTerminals: LocalTerminals;
}

/** What the calls of databases and apps do; those of Kubernetes are added to them. */
export function tunnelRoutes(os: Implementer, services: TunnelRouteServices) {
  const { tunnels, workspace, localTerminals } = services;
  const { service } = tunnels;
  return {
    choices: os.tunnels.choices.handler(({ input, signal }) => tunnels.choices(input.resourceUri, signal)),
    open: os.tunnels.open.handler(async ({ input, signal }) => {
      const tunnelId = await service.open(input, signal);
      return { tunnelId, tabId: workspace.showTunnelTab(tunnelId) };
    }),
    show: os.tunnels.show.handler(({ input }) => {
      service.get(input.tunnelId);
      return { tabId: workspace.showTunnelTab(input.tunnelId) };
    }),
    close: os.tunnels.close.handler(({ input }) => service.close(input.tunnelId)),
    listen: os.tunnels.listen.handler(({ input }) => service.listen(input.tunnelId)),
    forget: os.tunnels.forget.handler(async ({ input }) => {
      await service.forget(input.tunnelId);
      workspace.closeTunnelTab(input.tunnelId);
    }),
    setPort: os.tunnels.setPort.handler(({ input }) => service.setPort(input.tunnelId, input.port)),
    suggestPort: os.tunnels.suggestPort.handler(async ({ input }) => ({
      port: await service.suggestPort(input.tunnelId),
    })),
    setDatabaseName: os.tunnels.setDatabaseName.handler(({ input }) =>
      service.setDatabaseName(input.tunnelId, input.databaseName),
    ),
    run: os.tunnels.run.handler(({ input }) => ({
      tabId: tunnels.runCommand(input.tunnelId, input.command, input.size, localTerminals).tabId,
    })),
    openApp: os.tunnels.openApp.handler(async ({ input, signal }) => ({
      url: await tunnels.openApp(input.resourceUri, input.through, signal),
    })),
  };
}

export function promptRoutes(os: Implementer, prompts: PromptService) {
  return {
    answerWithCode: os.prompts.answerWithCode.handler(({ input }) =>
      prompts.answerWithCode(input.promptId, input.oneTimeCode),
    ),
    answerWithSecurityKey: os.prompts.answerWithSecurityKey.handler(({ input }) =>
      prompts.answerWithSecurityKey(input.promptId),
    ),
    cancel: os.prompts.cancel.handler(({ input }) => prompts.cancel(input.promptId)),
  };
}
