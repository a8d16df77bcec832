import { AppError } from '../../shared/errors/app-error.ts';
import { clusterOf, type ClusterUri } from '../../shared/uri/uri.ts';
import type { ClusterService } from '../clusters/cluster-service.ts';
import type { Host } from '../host/host.ts';
import type { PromptService } from '../prompts/prompt-service.ts';
import type { Sign } from '../protocol/client/login.ts';
import { readProxySite } from '../protocol/client/proxy-site.ts';
import { DeviceService } from '../second-factor/device-service.ts';
import { type SecondFactorAccess, SecondFactorService } from '../second-factor/second-factor-service.ts';
import type { AccountAccess } from './access.ts';

export interface SecondFactors {
  readonly factors: SecondFactorService;
  readonly devices: DeviceService;
  /** The ceremony of a sign-in on a cluster. */
  readonly sign: (clusterUri: ClusterUri) => Sign;
}

/** Second factors, connected to accounts, prompts and the host's browser engine. */
export function createSecondFactors(options: {
  readonly host: Host;
  readonly now: () => Date;
  readonly access: AccountAccess;
  readonly clusters: ClusterService;
  readonly prompts: PromptService;
}): SecondFactors {
  const { host, now, access, clusters, prompts } = options;
  const { authenticator } = host;
  const siteOf = (uri: ClusterUri, signal?: AbortSignal) => {
    const { address, trust } = clusters.known(uri);
    return readProxySite(address, trust, signal);
  };
  const factorAccess: SecondFactorAccess = {
    identity: (uri) => access.identity(uri),
    withAuth: (uri, work, signal) => access.withAuth(uri, work, signal),
    site: (uri, signal) => siteOf(clusterOf(uri), signal),
    ask: (request) => prompts.askSecondFactor(request),
  };
  const factors = new SecondFactorService(factorAccess, authenticator);
  return {
    factors,
    devices: new DeviceService({ access: factorAccess, factors, authenticator, now }),
    sign:
      (clusterUri) =>
      async (challenge, signal = new AbortController().signal) => {
        if (!authenticator)
          throw new AppError('second-factor-unusable', 'Security keys cannot be used on this machine.');
        return authenticator.get(challenge, await siteOf(clusterUri, signal), signal);
      },
  };
}
