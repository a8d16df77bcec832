import type { Porthole } from '../pages/porthole.ts';
import { test as base } from './test.ts';
import { startTunnelCluster, type TunnelCluster } from './tunnel-cluster.ts';

interface TunnelFixtures {
  /** A cluster with a database and apps that answer. */
  tunnelCluster: TunnelCluster;
  /** The window, signed in to it. */
  withTunnels: Porthole;
}

export const test = base.extend<TunnelFixtures>({
  tunnelCluster: async ({}, use) => {
    const cluster = await startTunnelCluster();
    await use(cluster);
    await cluster.stop();
  },
  withTunnels: async ({ porthole, tunnelCluster }, use) => {
    await porthole.signIn.complete(tunnelCluster);
    await use(porthole);
  },
});

export { expect } from '@playwright/test';
