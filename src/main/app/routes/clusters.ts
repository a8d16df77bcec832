import type { AccountService } from '../../clusters/account-service.ts';
import type { ClusterService } from '../../clusters/cluster-service.ts';
import { describeTrust } from '../../clusters/trust-facts.ts';
import type { SignInService } from '../sign-in.ts';
import type { AppTunnels } from '../tunnels.ts';
import type { UsageEvents } from '../usage-events.ts';
import type { Implementer } from './implementer.ts';

export interface ClusterRoutesServices {
  readonly clusters: ClusterService;
  readonly accounts: AccountService;
  readonly signIn: SignInService;
  readonly tunnels: AppTunnels;
  readonly usageEvents: UsageEvents;
}

export function clusterRoutes({ clusters: os }: Implementer, services: ClusterRoutesServices) {
  const { clusters, accounts, signIn, tunnels, usageEvents } = services;
  return {
    probe: os.probe.handler(({ input, signal }) => clusters.probe(input.address, input.trust, signal)),
    add: os.add.handler(async ({ input, signal }) => ({
      clusterUri: await clusters.add(input.address, input.trust, signal),
    })),
    refresh: os.refresh.handler(
      async ({ input, signal }) => (await clusters.refresh(input.clusterUri, signal)).facts,
    ),
    trust: os.trust.handler(({ input }) => describeTrust(clusters.known(input.clusterUri).trust)),
    setTrust: os.setTrust.handler(({ input, signal }) =>
      clusters.setTrust(input.clusterUri, input.trust, signal),
    ),
    remove: os.remove.handler(async ({ input }) => {
      for (const account of accounts.accountsOf(input.clusterUri)) accounts.signOut(account);
      clusters.remove(input.clusterUri);
      await tunnels.service.forgetCluster(input.clusterUri);
    }),
    signIn: os.signIn.handler(async ({ input, signal }) => {
      const accountUri = await signIn.signIn(input, signal);
      usageEvents.signedIn(accountUri, input.kind === 'passkey' ? 'passwordless' : 'local');
      return { accountUri };
    }),
    signOut: os.signOut.handler(({ input }) => accounts.signOut(input.accountUri)),
    signOutAll: os.signOutAll.handler(() => accounts.signOutAll()),
    activate: os.activate.handler(({ input }) => accounts.activate(input.accountUri)),
  };
}
