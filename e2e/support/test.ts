import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, type Page } from '@playwright/test';
import { Porthole } from '../pages/porthole.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { startCluster, type TestCluster } from './clusters.ts';

const noProcess: AppProcess = {
  address: '',
  dataFolder: '',
  pid: 0,
  output: () => '',
  stop: async () => undefined,
  cleanUp: async () => undefined,
};

interface Fixtures {
  /** Porthole without its embedded cluster. */
  app: AppProcess;
  /** A cluster of this test's own, in this process. */
  cluster: TestCluster;
  /** The window of `app`, opened. */
  porthole: Porthole;
  /** The window, with `cluster` added and its user signed in. */
  signedIn: Porthole;
  /** Ends `app` and starts it again with what it has kept; `porthole` is then the window of the new one. */
  restart: () => Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const electronProject = 'electron';
const binaries: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};
const electronBinary = join(root, 'node_modules/electron/dist', binaries[process.platform] ?? 'electron');

/** A window of Electron, from the built program (`npm run build`), with data of its own. */
async function withElectronWindow(work: (page: Page) => Promise<void>): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'porthole-electron-'));
  const app = await _electron.launch({
    executablePath: electronBinary,
    args: [root, '--no-cluster', `--user-data-dir=${dataFolder}`],
  });
  try {
    await work(await app.firstWindow());
  } finally {
    await app.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

export const test = base.extend<Fixtures>({
  // The same specs run in a page of Chromium and, where its binary is, in a window of Electron.
  page: async ({ context }, use, testInfo) => {
    if (testInfo.project.name !== electronProject) {
      await use(await context.newPage());
      return;
    }
    testInfo.skip(
      !existsSync(electronBinary),
      'The Electron binary is not on this machine: it is not part of the npm registry.',
    );
    await withElectronWindow(use);
  },
  app: async ({}, use, testInfo) => {
    if (testInfo.project.name === electronProject) {
      // The window is the app.
      await use({ ...noProcess });
      return;
    }
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
  restart: async ({ app, porthole }, use, testInfo) => {
    testInfo.skip(testInfo.project.name === electronProject, 'The window is the app.');
    let current = app;
    await use(async () => {
      await current.stop();
      current = await startApp({ dataFolder: app.dataFolder });
      await porthole.open(current.address);
    });
    await current.stop();
  },
});

export { expect } from '@playwright/test';
