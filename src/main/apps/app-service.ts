import type { TunnelChoices, TunnelTarget } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { accountOf, parseResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import { findApp } from '../protocol/client/find-resource.ts';
import { formatAddress } from '../protocol/net/address.ts';
import { ByteTunnel, type ByteTunnelOptions } from '../tunnels/byte-tunnel.ts';
import type { TunnelKind, TunnelOwner } from '../tunnels/tunnel-kind.ts';
import type { TunnelDefinition } from '../tunnels/tunnel-store.ts';
import { checkAppFactors } from './app-roles.ts';
import { appTarget, hostOf, protocolOf } from './app-target.ts';

export type AppServiceOptions = Omit<ByteTunnelOptions, 'definition' | 'target' | 'owner'> & {
  readonly platform: string;
  /** The target port that was chosen the last time. */
  readonly lastTargetPort: (resource: ResourceUri) => number | undefined;
};

/** Apps: what may be chosen, their tunnels, and their page at the proxy. */
export class AppService implements TunnelKind {
  readonly #options: AppServiceOptions;

  constructor(options: AppServiceOptions) {
    this.#options = options;
  }

  async choices(resourceUri: ResourceUri, signal?: AbortSignal): Promise<TunnelChoices> {
    const { access, lastTargetPort } = this.#options;
    const accountUri = accountOf(resourceUri);
    const identity = access.identity(accountUri);
    const last = lastTargetPort(resourceUri);
    return access.withAuth(
      accountUri,
      async (api) => {
        const app = await findApp(api.transport, nameOf(resourceUri), signal);
        await checkAppFactors(api, identity, app, signal);
        return {
          protocol: protocolOf(app),
          databaseUsers: [],
          anyDatabaseUser: false,
          databaseNames: [],
          anyDatabaseName: false,
          needsDatabaseUser: false,
          targetPorts: app.ports.slice(0, 1_000),
          needsSecondFactor: await api.tunnels.isSecondFactorRequired(
            identity,
            {
              kind: 'app',
              name: app.listed.id,
              publicAddress: app.publicAddress,
              uri: app.uri,
              targetPort: undefined,
            },
            signal,
          ),
          ...(last === undefined ? {} : { lastTargetPort: last }),
        };
      },
      signal,
    );
  }

  async describe(target: TunnelTarget, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    if (target.kind !== 'app' || parseResourceUri(target.resourceUri)?.kind !== 'app')
      throw new AppError('invalid-input', 'This is not an app.');
    const { access, platform } = this.#options;
    const accountUri = accountOf(target.resourceUri);
    const identity = access.identity(accountUri);
    const wanted = appTarget(
      { id: '', target, port: 1, databaseName: '', isOpen: false, isDemo: false, facts: {} },
      platform,
    );
    const { facts } = await access.withAuth(accountUri, (api) => wanted.find(api, identity, signal), signal);
    return facts;
  }

  create(definition: TunnelDefinition, owner: TunnelOwner): ByteTunnel {
    const { platform, access, issuer, log, now } = this.#options;
    return new ByteTunnel({
      definition,
      target: appTarget(definition, platform),
      owner,
      access,
      issuer,
      log,
      now,
    });
  }

  /** The app's page at the proxy, which signs the browser in by itself (tunnels.md 5.1). */
  async launchUrl(resourceUri: ResourceUri, signal?: AbortSignal): Promise<string> {
    const { access } = this.#options;
    const accountUri = accountOf(resourceUri);
    const { clusterName } = access.identity(accountUri);
    const { address } = access.proxy(accountUri);
    const app = await access.withAuth(
      accountUri,
      (api) => findApp(api.transport, nameOf(resourceUri), signal),
      signal,
    );
    if (protocolOf(app) === 'tcp') throw notHttp(app.listed.name);
    const publicAddress = app.publicAddress || `${app.listed.id}.${hostOf(formatAddress(address))}`;
    const path = [publicAddress, clusterName, publicAddress].map(encodeURIComponent).join('/');
    return `https://${formatAddress(address)}/web/launch/${path}`;
  }
}

export function notHttp(name: string): AppError {
  return new AppError('protocol-unsupported', `The app ${name} is not a web app.`, {
    reason: 'It speaks plain TCP.',
    advice: 'Open a tunnel to it and use its address.',
  });
}

function nameOf(resourceUri: ResourceUri): string {
  return parseResourceUri(resourceUri)?.id ?? '';
}
