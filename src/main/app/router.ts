import { implement } from '@orpc/server';
import type { SignIn } from '../../shared/contract/clusters.ts';
import { contract } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Host } from '../host/host.ts';
import type { AccountService } from '../clusters/account-service.ts';
import type { ClusterService } from '../clusters/cluster-service.ts';
import { toContractError } from '../ipc/serve-rpc.ts';
import type { LocalShellService } from '../local-shell/local-shell-service.ts';
import type { Logger } from '../log/log.ts';
import type { ResourceService } from '../resources/resource-service.ts';
import type { ShellService } from '../shells/shell-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { WorkspaceService } from '../workspace/workspace-service.ts';
import type { DemoSignIn } from './demo.ts';
import type { LocalTerminals } from './local-terminals.ts';

export interface RouterServices {
  readonly host: Host;
  readonly log: Logger;
  readonly hub: StateHub;
  readonly clusters: ClusterService;
  readonly accounts: AccountService;
  readonly resources: ResourceService;
  readonly shells: ShellService;
  readonly localShells: LocalShellService;
  readonly localTerminals: LocalTerminals;
  readonly workspace: WorkspaceService;
  readonly demo: DemoSignIn;
}

/** What each call of the contract does. */
export function createRouter(services: RouterServices) {
  const {
    host,
    log,
    hub,
    clusters,
    accounts,
    resources,
    shells,
    localShells,
    localTerminals,
    workspace,
    demo,
  } = services;
  const os = implement(contract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error, log, path);
    }
  });
  const signIn = (input: SignIn, signal: AbortSignal | undefined) => {
    if (input.kind === 'demo') return demo.signIn(signal);
    if (input.kind === 'password') return accounts.signIn(input.clusterUri, input, signal);
    return notBuilt();
  };
  return os.router({
    app: {
      openExternal: os.app.openExternal.handler(({ input }) => host.openExternal(input.url)),
      reportProblem: os.app.reportProblem.handler(({ input }) => log.warn('page-problem', input)),
    },
    state: {
      watch: os.state.watch.handler(({ signal }) => hub.watch(signal)),
    },
    clusters: {
      probe: os.clusters.probe.handler(({ input, signal }) =>
        clusters.probe(input.address, input.trust, signal),
      ),
      add: os.clusters.add.handler(async ({ input, signal }) => ({
        clusterUri: await clusters.add(input.address, input.trust, signal),
      })),
      refresh: os.clusters.refresh.handler(
        async ({ input, signal }) => (await clusters.refresh(input.clusterUri, signal)).facts,
      ),
      remove: os.clusters.remove.handler(({ input }) => {
        for (const account of accounts.accountsOf(input.clusterUri)) accounts.signOut(account);
        clusters.remove(input.clusterUri);
      }),
      signIn: os.clusters.signIn.handler(async ({ input, signal }) => ({
        accountUri: await signIn(input, signal),
      })),
      signOut: os.clusters.signOut.handler(({ input }) => accounts.signOut(input.accountUri)),
      signOutAll: os.clusters.signOutAll.handler(() => accounts.signOutAll()),
      activate: os.clusters.activate.handler(({ input }) => accounts.activate(input.accountUri)),
    },
    resources: {
      list: os.resources.list.handler(({ input, signal }) => resources.list(input, signal)),
    },
    shells: {
      open: os.shells.open.handler(({ input }) => {
        const shellId = shells.open(input);
        return { shellId, tabId: workspace.openShellTab(shellId, '') };
      }),
      localPrograms: os.shells.localPrograms.handler(() => localShells.programs()),
      openLocal: os.shells.openLocal.handler(({ input }) => localTerminals.open(input)),
      reconnect: os.shells.reconnect.handler(({ input }) => shells.reconnect(input.shellId, input.size)),
      resize: os.shells.resize.handler(({ input }) => shells.get(input.shellId).resize(input.size)),
      setTitle: os.shells.setTitle.handler(({ input }) =>
        workspace.setShellTitle(input.shellId, input.title),
      ),
    },
    prompts: {
      answerWithCode: os.prompts.answerWithCode.handler(notBuilt),
      answerWithSecurityKey: os.prompts.answerWithSecurityKey.handler(notBuilt),
      cancel: os.prompts.cancel.handler(notBuilt),
    },
    requests: {
      capabilities: os.requests.capabilities.handler(notBuilt),
      dryRun: os.requests.dryRun.handler(notBuilt),
      create: os.requests.create.handler(notBuilt),
      get: os.requests.get.handler(notBuilt),
      list: os.requests.list.handler(notBuilt),
      review: os.requests.review.handler(notBuilt),
      delete: os.requests.delete.handler(notBuilt),
      previewAssume: os.requests.previewAssume.handler(notBuilt),
      assume: os.requests.assume.handler(notBuilt),
      drop: os.requests.drop.handler(notBuilt),
      explain: os.requests.explain.handler(notBuilt),
      putCart: os.requests.putCart.handler(notBuilt),
      markNoticesRead: os.requests.markNoticesRead.handler(notBuilt),
      dismissNotices: os.requests.dismissNotices.handler(notBuilt),
    },
    devices: {
      list: os.devices.list.handler(notBuilt),
      beginOneTimeCode: os.devices.beginOneTimeCode.handler(notBuilt),
      finishOneTimeCode: os.devices.finishOneTimeCode.handler(notBuilt),
      addSecurityKey: os.devices.addSecurityKey.handler(notBuilt),
      remove: os.devices.remove.handler(notBuilt),
    },
    tunnels: {
      choices: os.tunnels.choices.handler(notBuilt),
      open: os.tunnels.open.handler(notBuilt),
      show: os.tunnels.show.handler(notBuilt),
      close: os.tunnels.close.handler(notBuilt),
      listen: os.tunnels.listen.handler(notBuilt),
      forget: os.tunnels.forget.handler(notBuilt),
      setPort: os.tunnels.setPort.handler(notBuilt),
      suggestPort: os.tunnels.suggestPort.handler(notBuilt),
      setDatabaseName: os.tunnels.setDatabaseName.handler(notBuilt),
      run: os.tunnels.run.handler(notBuilt),
      openKubeShell: os.tunnels.openKubeShell.handler(notBuilt),
      mergeKubeconfig: os.tunnels.mergeKubeconfig.handler(notBuilt),
      openApp: os.tunnels.openApp.handler(notBuilt),
    },
    workspace: {
      activateTab: os.workspace.activateTab.handler(({ input }) => workspace.activate(input.tabId)),
      closeTab: os.workspace.closeTab.handler(({ input }) => workspace.close(input.tabId)),
      openRequests: os.workspace.openRequests.handler(() => ({ tabId: workspace.showRequestsTab() })),
      openRequest: os.workspace.openRequest.handler(({ input }) => ({
        tabId: workspace.showRequestTab(input.requestUri),
      })),
      moveTab: os.workspace.moveTab.handler(({ input }) => workspace.move(input.tabId, input.toIndex)),
      duplicateTab: os.workspace.duplicateTab.handler(({ input }) => ({
        tabId: workspace.duplicate(input.tabId, input.size),
      })),
    },
  });
}

function notBuilt(): never {
  throw new AppError('unsupported', 'This cannot be done yet.');
}
