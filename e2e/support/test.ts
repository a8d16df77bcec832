import { test as base } from '@playwright/test';
import { Porthole } from '../pages/porthole.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { startCluster, type TestCluster } from './clusters.ts';

interface Fixtures {
  /** Porthole without its embedded cluster. */
  app: AppProcess;
  /** A cluster of this test's own, in this process. */
  cluster: TestCluster;
  /** The window of `app`, opened. */
  porthole: Porthole;
  /** The window, with `cluster` added and its user signed in. */
  signedIn: Porthole;
}

export const test = base.extend<Fixtures>({
  app: async ({}, use) => {
    const app = await startApp();
    await use(app);
    await app.cleanUp();
  },
  cluster: async ({}, use) => {
    const cluster = await startCluster();
    await use(cluster);
    await cluster.stop();
  },
  porthole: async ({ app, page }, use) => {
    const porthole = new Porthole(page);
    await porthole.open(app.address);
    await use(porthole);
  },
  signedIn: async ({ porthole, cluster }, use) => {
    await porthole.signIn.complete(cluster);
    await use(porthole);
  },
});

export { expect } from '@playwright/test';
