import { join } from 'node:path';
import type { TerminalSize } from '../../shared/contract/ids.ts';
import type { TunnelChoices, TunnelInfo } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  accountOf,
  clusterOf,
  type AccountUri,
  type ClusterUri,
  formatResourceUri,
  parseAccountUri,
  parseClusterUri,
  parseResourceUri,
  type ResourceUri,
} from '../../shared/uri/uri.ts';
import { AppService, notHttp } from '../apps/app-service.ts';
import type { AccountService } from '../clusters/account-service.ts';
import type { ClusterService } from '../clusters/cluster-service.ts';
import { DatabaseService } from '../db/database-service.ts';
import type { Host } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import type { PromptService } from '../prompts/prompt-service.ts';
import type { SecondFactorService } from '../second-factor/second-factor-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import { KubeKind } from '../kube/kube-kind.ts';
import { CertificateIssuer, type TunnelAccess } from '../tunnels/certificate-issuer.ts';
import type { PortRange } from '../tunnels/port-listener.ts';
import { TunnelGroups } from '../tunnels/tunnel-groups.ts';
import { TunnelService } from '../tunnels/tunnel-service.ts';
import { type TunnelDefinition, TunnelStore } from '../tunnels/tunnel-store.ts';
import type { AccountAccess } from './access.ts';
import type { LocalTerminals, OpenedTerminal } from './local-terminals.ts';

export interface TunnelParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly accounts: AccountService;
  readonly access: AccountAccess;
  readonly clusters: ClusterService;
  readonly prompts: PromptService;
  readonly factors: SecondFactorService;
  readonly demoUri: ClusterUri | undefined;
}

/** The tunnels of the app with the services of their kinds. */
export class AppTunnels {
  readonly service: TunnelService;
  readonly groups: TunnelGroups;
  readonly #databases: DatabaseService;
  readonly #apps: AppService;
  readonly kubernetes: KubeKind;

  constructor(parts: TunnelParts) {
    const { host, hub, log, now, accounts, clusters, prompts } = parts;
    const access: TunnelAccess = {
      identity: (uri) => accounts.identity(uri),
      withAuth: (uri, work, signal) => parts.access.withAuth(uri, work, signal),
      proxy: (uri) => clusters.known(clusterOf(uri)),
    };
    const common = {
      access,
      issuer: new CertificateIssuer(access, prompts, parts.factors),
      log,
      now,
      platform: host.platform,
    };
    this.#databases = new DatabaseService({
      ...common,
      lastChoice: (resource) => lastChoice(this.service.definitions, resource),
    });
    this.#apps = new AppService({
      ...common,
      lastTargetPort: (resource) => lastTargetPort(this.service.definitions, resource),
    });
    this.kubernetes = new KubeKind({
      ...common,
      folder: join(host.dataFolder, 'kube'),
      secrets: host.secrets,
      store: host.openStore('kube'),
      environment: process.env,
      labelOf: (uri) => labelOf(uri, parts.demoUri),
    });
    this.service = new TunnelService({
      hub,
      log,
      store: new TunnelStore(host.openStore('tunnels'), log),
      ports: () => portRange(hub),
      place: (definition) => place(definition, hub, parts.demoUri),
      kinds: { database: this.#databases, app: this.#apps, kubernetes: this.kubernetes },
    });
    accounts.onAssumed((uri) => this.service.identityChanged(uri));
    accounts.onSignedIn((uri) => prompts.settleSignIn(uri));
    accounts.onSignedOut((uri) => {
      prompts.cancelAll(uri);
      this.service.closeAll(uri);
    });
    this.service.restore();
    this.groups = new TunnelGroups({
      hub,
      log,
      store: host.openStore('tunnel-groups'),
      tunnels: {
        has: (id) => this.service.definitions.some((definition) => definition.id === id),
        listen: (id) => this.service.listen(id),
      },
    });
  }

  async choices(resourceUri: ResourceUri, signal?: AbortSignal): Promise<TunnelChoices> {
    switch (parseResourceUri(resourceUri)?.kind) {
      case 'database':
        return this.#databases.choices(resourceUri, signal);
      case 'app':
        return this.#apps.choices(resourceUri, signal);
      case 'kubernetes':
        return this.kubernetes.choices(resourceUri, signal);
      default:
        throw new AppError('unsupported', 'Nothing can be chosen for this.');
    }
  }

  /** The address of a web app: of its tunnel, which is opened when it is not, or of its page at the proxy. */
  async openApp(
    resourceUri: ResourceUri,
    through: 'tunnel' | 'proxy',
    signal?: AbortSignal,
  ): Promise<string> {
    if (through === 'proxy') return this.#apps.launchUrl(resourceUri, signal);
    const id = await this.service.open({ target: { kind: 'app', resourceUri } }, signal);
    const { info } = this.service.get(id);
    if (info.protocol !== 'http') throw notHttp(info.name);
    return info.address;
  }

  /** A terminal in which the Kubernetes cluster of the tunnel is the current one; a closed tunnel listens again. */
  async openKubeShell(
    tunnelId: string,
    size: TerminalSize,
    terminals: Pick<LocalTerminals, 'open'>,
  ): Promise<OpenedTerminal> {
    const { info } = this.service.get(tunnelId);
    if (info.target.kind !== 'kubernetes')
      throw new AppError('invalid-input', 'This tunnel does not lead to a Kubernetes cluster.');
    await this.service.listen(tunnelId);
    return terminals.open({ accountUri: info.accountUri, title: info.name, tunnelId, size });
  }

  /** A terminal that runs one of the tunnel's commands; a closed tunnel listens again. */
  async runCommand(
    tunnelId: string,
    index: number,
    size: TerminalSize,
    terminals: Pick<LocalTerminals, 'runCommand'>,
  ): Promise<OpenedTerminal> {
    const { info } = this.service.get(tunnelId);
    const command = info.commands[index];
    if (!command) throw new AppError('not-found', 'This tunnel has no such command.');
    if (!command.isInstalled) throw programMissing(command);
    await this.service.listen(tunnelId);
    return terminals.runCommand({
      title: `${command.title} ${info.name}`.slice(0, 500),
      command: command.preview,
      accountUri: accountOf(info.target.resourceUri),
      tunnelId,
      size,
    });
  }
}

/** The embedded cluster has another address in each start; programs that know its kubeconfig must not notice. */
function labelOf(account: AccountUri, demoUri: ClusterUri | undefined): string {
  const parts = parseAccountUri(account);
  const address = clusterOf(account) === demoUri ? 'demo' : parts?.address;
  return `${parts?.userName}@${address}`;
}

function programMissing(command: TunnelInfo['commands'][number]): AppError {
  return new AppError('program-missing', `The program ${command.title} was not found on this machine.`, {
    advice: command.install,
    action: 'retry',
  });
}

/** What was chosen the last time for a database. */
function lastChoice(definitions: readonly TunnelDefinition[], resource: ResourceUri) {
  const last = definitions.findLast(
    ({ target }) => target.kind === 'database' && target.resourceUri === resource,
  );
  if (last?.target.kind !== 'database') return {};
  return { user: last.target.databaseUser, name: last.databaseName };
}

/** The port that was chosen the last time for an app that has several. */
function lastTargetPort(definitions: readonly TunnelDefinition[], resource: ResourceUri): number | undefined {
  const last = definitions.findLast(({ target }) => target.kind === 'app' && target.resourceUri === resource);
  return last?.target.kind === 'app' ? last.target.targetPort : undefined;
}

/** Tunnels of the embedded cluster move to its new address. */
function place(
  definition: TunnelDefinition,
  hub: StateHub,
  demoUri: ClusterUri | undefined,
): TunnelDefinition | undefined {
  if (!definition.isDemo)
    return hub.state.clusters[clusterOf(definition.target.resourceUri)] ? definition : undefined;
  const parts = parseResourceUri(definition.target.resourceUri);
  const address = demoUri && parseClusterUri(demoUri)?.address;
  if (!parts || address === undefined) return undefined;
  const resourceUri = formatResourceUri({ ...parts, address });
  return { ...definition, target: { ...definition.target, resourceUri } };
}

/** Written the wrong way round it is the same range. */
function portRange(hub: StateHub): PortRange {
  const { values } = hub.state.settings;
  const [a, b] = [values['connections.firstPort'], values['connections.lastPort']];
  return { first: Math.min(a, b), last: Math.max(a, b) };
}
