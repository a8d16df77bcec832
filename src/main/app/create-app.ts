import { join } from 'node:path';
import { type AppInfo, hostZoom } from '../../shared/contract/app.ts';
import { filesByPage, filesByPath } from '../../shared/contract/transfers.ts';
import { DisposableStore, toDisposable } from '../../shared/lifecycle/disposable.ts';
import { type ClusterUri, formatAccountUri, formatClusterUri } from '../../shared/uri/uri.ts';
import type { ClientPipes } from '../../shared/wire/pipe.ts';
import { AccountService } from '../clusters/account-service.ts';
import { ClusterService } from '../clusters/cluster-service.ts';
import type { Host } from '../host/host.ts';
import { serveByteChannels } from '../ipc/byte-channels.ts';
import { serveRpc } from '../ipc/serve-rpc.ts';
import { LocalShellService } from '../local-shell/local-shell-service.ts';
import { Log } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import { isNativeCryptoUsed } from '../protocol/net/ssh/load-ssh2.ts';
import { PaletteService } from '../palette/palette-service.ts';
import { Uses } from '../palette/uses.ts';
import { PromptService } from '../prompts/prompt-service.ts';
import { ResourceService } from '../resources/resource-service.ts';
import { initialSettings, SettingsService } from '../settings/settings-service.ts';
import { ShellService } from '../shells/shell-service.ts';
import { StateHub } from '../state/state-hub.ts';
import { IdentityVault } from '../store/identity-vault.ts';
import { ProfileStore } from '../store/profile-store.ts';
import { initialWorkspace, WorkspaceService } from '../workspace/workspace-service.ts';
import type { App, AppOptions } from './app.ts';
import { AccountAccess } from './access.ts';
import { DemoSignIn } from './demo.ts';
import { Diagnostics } from './diagnostics.ts';
import { AppFiles } from './files.ts';
import { followKeepAlive, followZoom } from './follow-settings.ts';
import { LocalTerminals } from './local-terminals.ts';
import { createRequests } from './requests.ts';
import { createRouter } from './router.ts';
import { createSecondFactors } from './second-factors.ts';
import { followLogSettings } from './log-feed.ts';
import { routeThroughProxy } from './network.ts';
import { Reopening } from './reopening.ts';
import { SignInService } from './sign-in.ts';
import { AppTunnels } from './tunnels.ts';
import { createUsage, initialUsageData } from './usage.ts';
import { UsageEvents } from './usage-events.ts';
import { clusterEnvironment } from './cluster-environment.ts';

/** Builds the core, top to bottom. It is disposed in reverse. */
export function createApp(host: Host, options: AppOptions): App {
  const now = options.now ?? (() => new Date());
  const logBook = new Log(join(host.dataFolder, 'logs'), { now });
  const log = logBook.logger;
  const hub = new StateHub({
    app: describeApp(host, options),
    clusters: {},
    accounts: {},
    shells: {},
    tunnels: {},
    tunnelGroups: {},
    prompts: {},
    requests: {},
    followings: {},
    notices: {},
    carts: {},
    filePanes: {},
    fileEdits: {},
    transfers: {},
    settings: initialSettings,
    usageData: initialUsageData,
    workspace: initialWorkspace,
  });
  const settings = new SettingsService({
    hub,
    store: host.openStore('settings'),
    secrets: host.secrets,
    log: log.in('settings'),
    now,
  });
  followLogSettings(logBook, settings);
  const undoRoute = routeThroughProxy(hub, settings);
  const followings = [followZoom(host, settings), followKeepAlive(settings)];
  const profiles = new ProfileStore(host.openStore('profiles'), log.in('clusters'));
  const vault = new IdentityVault(host.dataFolder, host.secrets);
  const clusters = new ClusterService({ hub, profiles, log: log.in('clusters'), now });
  const demoUri: ClusterUri | undefined =
    options.demo && clusters.addDemo(options.demo.address, options.demo.caPem);
  const accounts = new AccountService({ hub, clusters, profiles, vault, log: log.in('clusters'), now });
  const access = new AccountAccess(accounts);
  const resources = new ResourceService({
    identity: (uri) => access.identity(uri),
    withAuth: (uri, work, signal) => access.withAuth(uri, work, signal),
    lastLogin: (uri) => profiles.profiles.lastLogins[uri],
  });
  const uses = new Uses({ store: host.openStore('uses'), log, now });
  const palette = new PaletteService({
    hub,
    log,
    now,
    uses,
    list: (query, signal) => resources.list(query, signal),
    identity: (uri) => access.identity(uri),
    lastLogin: (uri) => profiles.profiles.lastLogins[uri],
  });
  const prompts = new PromptService({ hub, now });
  const { factors, devices, sign } = createSecondFactors({ host, now, access, clusters, prompts });
  const localShells = new LocalShellService({
    store: host.openStore('local-shell'),
    log: log.in('shells'),
    environmentOf: (uri, tunnelId) => ({
      ...clusterEnvironment(hub, uri),
      ...tunnels.kubernetes.environmentOf(uri, tunnelId),
    }),
  });
  const shells = new ShellService({
    hub,
    log: log.in('shells'),
    local: localShells,
    now,
    access: {
      identity: (uri) => access.identity(uri),
      identityFor: (uri, target, signal) => factors.forNode(uri, target, signal),
      proxy: (uri) => accounts.connections(uri).proxy(),
      noteFailure: (uri, error) => access.noteFailure(uri, error),
      rememberLogin: (uri, login) => {
        uses.use(`resource:${uri}`);
        profiles.rememberLogin(uri, login);
      },
    },
  });
  const workspace = new WorkspaceService(hub, {
    closeShell: (id) => {
      files.panes.closeBeside(id);
      shells.close(id);
    },
    closePane: (id) => files.panes.close(id),
    duplicateShell: (id, size) => shells.duplicate(id, size),
  });
  accounts.onSignedOut((uri) => shells.endAll(uri));
  const usage = createUsage({ host, hub, log: log.in('usage-data'), now, accounts, options });
  const usageEvents = new UsageEvents(usage);
  const files = new AppFiles({
    host,
    hub,
    log: log.in('files'),
    now,
    accounts,
    access,
    factors,
    shells,
    usageEvents,
  });
  const tunnels = new AppTunnels({
    host,
    hub,
    log: log.in('tunnels'),
    now,
    accounts,
    access,
    clusters,
    prompts,
    factors,
    demoUri,
  });
  restoreActiveAccount(accounts, hub, profiles);
  const requests = createRequests({
    host,
    hub,
    log: log.in('requests'),
    now,
    accounts,
    access,
    clusters,
    resources,
    factors,
  });
  files.transfers.service.restore();
  const demo = new DemoSignIn(options.demo, demoUri, accounts);
  const reopening = new Reopening({
    host,
    hub,
    log,
    now,
    shells,
    localShells,
    workspace,
    usageEvents,
    panes: files.panes,
    tunnels: tunnels.service,
    demoUri,
  });
  const router = createRouter({
    host,
    log,
    logBook,
    diagnostics: new Diagnostics({ host, hub, logBook, accounts, now }),
    hub,
    clusters,
    accounts,
    resources,
    shells,
    localShells,
    localTerminals: new LocalTerminals({ local: localShells, shells, workspace }),
    settings,
    palette,
    uses,
    prompts,
    tunnels,
    usage,
    usageEvents,
    reopening,
    workspace,
    signIn: new SignInService({ accounts, demo, sign }),
    requests,
    devices,
    files,
  });
  const clients = new DisposableStore();
  log.info('started', {
    version: asWord(options.version),
    host: asWord(host.kind),
    platform: asWord(host.platform),
  });
  return {
    fileStreams: files.page,
    connectClient(pipes: ClientPipes) {
      const client = new DisposableStore();
      client.add(serveRpc(pipes.rpc, router as never));
      client.add(serveByteChannels(pipes.bytes, (id) => shells.find(id), log));
      const undo = clients.add(toDisposable(() => client.dispose()));
      return toDisposable(() => {
        clients.release(undo);
        undo.dispose();
      });
    },
    async dispose() {
      clients.dispose();
      reopening.dispose();
      requests.service.dispose();
      requests.board.flush();
      await usage.dispose();
      palette.dispose();
      prompts.dispose();
      await tunnels.service.dispose();
      await files.dispose();
      shells.dispose();
      await localShells.dispose();
      accounts.dispose();
      undoRoute();
      for (const following of followings) following.dispose();
      settings.dispose();
      log.info('stopped');
    },
  };
}

function describeApp(host: Host, options: AppOptions): AppInfo {
  const { demo } = options;
  return {
    version: options.version,
    host: host.kind,
    platform: host.platform,
    capabilities: [host.files ? filesByPath : filesByPage, ...(host.zoom ? [hostZoom] : [])],
    ...(demo
      ? {
          demo: {
            clusterUri: formatClusterUri({ address: demo.address }),
            accountUri: formatAccountUri({ address: demo.address, userName: demo.userName }),
            userName: demo.userName,
            users: (demo.users ?? [{ userName: demo.userName, about: '' }]).map((user) => ({
              ...user,
              accountUri: formatAccountUri({ address: demo.address, userName: user.userName }),
            })),
          },
        }
      : {}),
    nativeCrypto: isNativeCryptoUsed(),
  };
}

/** The account that was in front last time, or the first that is signed in. */
function restoreActiveAccount(accounts: AccountService, hub: StateHub, profiles: ProfileStore): void {
  const all = Object.values(hub.state.accounts);
  const wanted =
    all.find((account) => account.uri === profiles.profiles.activeAccount) ??
    all.find((account) => account.status === 'signed-in') ??
    all[0];
  if (wanted) accounts.activate(wanted.uri);
}
