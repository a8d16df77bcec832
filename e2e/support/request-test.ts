import type { Browser } from '@playwright/test';
import { Porthole } from '../pages/porthole.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { type PersonName, type RequestCluster, startRequestCluster } from './request-cluster.ts';
import { test as base } from './test.ts';

/** Opens a window for a user: an app of its own, in a browser context of its own. */
export type OpenFor = (name: PersonName) => Promise<Porthole & { readonly app: AppProcess }>;

interface RequestFixtures {
  requestCluster: RequestCluster;
  openFor: OpenFor;
}

export const test = base.extend<RequestFixtures>({
  requestCluster: async ({}, use) => {
    const cluster = await startRequestCluster();
    await use(cluster);
    await cluster.stop();
  },
  openFor: async ({ browser, requestCluster, viewport, colorScheme }, use) => {
    const opened: (() => Promise<unknown>)[] = [];
    const open = async (name: PersonName) => {
      const app = await startApp();
      opened.push(() => app.cleanUp());
      const page = await newPage(browser, { viewport, colorScheme });
      opened.push(() => page.context().close());
      const porthole = Object.assign(new Porthole(page), { app });
      await porthole.open(app.address);
      await porthole.signIn.complete(requestCluster.as(name));
      return porthole;
    };
    // One start after the other: several at once keep each other waiting.
    let last: Promise<unknown> = Promise.resolve();
    await use((name) => {
      const next = last.then(() => open(name));
      last = next;
      return next;
    });
    await Promise.all(opened.reverse().map((close) => close()));
  },
});

async function newPage(browser: Browser, options: Parameters<Browser['newContext']>[0]) {
  const context = await browser.newContext({
    ...options,
    permissions: ['clipboard-read', 'clipboard-write', 'notifications'],
  });
  return context.newPage();
}

export { expect } from '@playwright/test';
