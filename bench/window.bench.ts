import { readFileSync } from 'node:fs';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { Porthole } from '../e2e/pages/porthole.ts';
import { startApp } from '../e2e/support/app-process.ts';
import { account, manyServers, nodeName, startCluster } from '../e2e/support/clusters.ts';
import { startRegisteredSshd } from '../e2e/support/registered-sshd.ts';
import { findBrowser } from '../src/main/loopback/browser-window.ts';
import { compare, inTurns, machine, median, print } from './harness.ts';

/** What a person feels: start, keystrokes in a flood, scrolling, and memory with 20 shells. */
const executablePath = findBrowser();
if (executablePath === undefined) throw new Error('This benchmark needs Chromium.');
const launch = () => chromium.launch({ executablePath, args: ['--no-sandbox'] });

const cluster = await startCluster();
const sshd = await startRegisteredSshd(cluster, 'sshd');
print([await measureStart()]);
await measureEcho();
await measureScroll();
await measureMemory();
await sshd.stop();
await cluster.stop();
process.exit();

async function measureStart() {
  const open = async (address: () => Promise<string>, isReady: (page: Page) => Promise<unknown>) => {
    const started = performance.now();
    const target = await address();
    const browser = await launch();
    const page = await browser.newPage();
    await page.goto(target);
    await isReady(page);
    const elapsed = performance.now() - started;
    await browser.close();
    return elapsed;
  };
  const apps: Awaited<ReturnType<typeof startApp>>[] = [];
  const ours = () =>
    open(
      async () => {
        const app = await startApp();
        apps.push(app);
        return app.address;
      },
      (page) => page.getByRole('button', { name: 'Add a cluster' }).waitFor(),
    );
  const result = await inTurns(7, ours, () =>
    open(
      async () => 'about:blank',
      async () => undefined,
    ),
  );
  await Promise.all(apps.map((app) => app.cleanUp()));
  return compare('start to a usable window vs a blank Chromium window', 'ms', result, '≤ 1.5');
}

async function withShell<T>(work: (porthole: Porthole, context: BrowserContext) => Promise<T>): Promise<T> {
  const app = await startApp();
  const browser = await launch();
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const porthole = new Porthole(await context.newPage());
    await porthole.open(app.address);
    await porthole.signIn.complete(cluster);
    await porthole.list.connect('sshd', account);
    await porthole.shell.expectOpen();
    return await work(porthole, context);
  } finally {
    await browser.close();
    await app.cleanUp();
  }
}

async function measureMemory(): Promise<void> {
  const app = await startApp();
  const browser = await launch();
  const page = await browser.newPage();
  const porthole = new Porthole(page);
  await porthole.open(app.address);
  await porthole.signIn.complete(cluster);
  await porthole.list.connect(nodeName, account);
  await porthole.shell.expectOpen();
  for (let count = 1; count < 20; count += 1) {
    await page.keyboard.press('Control+Shift+D');
    await porthole.shell.expectOpen();
  }
  await page.waitForTimeout(3_000);
  const samples = [0, 1, 2].map(
    () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8'))?.[1]) / 1024,
  );
  process.stdout.write(
    `main process with 20 idle shells: ${Math.round(median(samples))} MB resident (budget: < 150 MB). ${machine()}\n`,
  );
  await browser.close();
  await app.cleanUp();
}

/** A key's way to the shell and back to the page, as a new title, while another shell of the same page floods. */
async function measureEcho(): Promise<void> {
  await withShell(async (porthole) => {
    const { shell, page } = porthole;
    await shell.run('yes "$(seq -s " " 1 30)"');
    await page.keyboard.press('Control+Shift+D');
    await porthole.tabs.nth(2).waitFor();
    await shell.expectOpen();
    await shell.run(
      `printf '\\033]0;ready\\007'; while IFS= read -rsn1 c; do printf '\\033]0;key-%s\\007' "$c"; done`,
    );
    await porthole.tab('ready').waitFor();
    const times: number[] = [];
    for (const key of 'abcdefghijklmno') {
      const started = performance.now();
      await page.keyboard.press(key);
      await porthole.tab(`key-${key}`).waitFor();
      times.push(performance.now() - started);
    }
    process.stdout.write(
      `a key's echo while another shell floods: ${Math.round(median(times))} ms (budget: < 50 ms)\n`,
    );
  });
}

/** Scrolls a list of 100,000 rows by whole screens and counts the frames that are drawn. */
async function measureScroll(): Promise<void> {
  const many = await startCluster({ resources: manyServers(100_000) });
  const app = await startApp();
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const porthole = new Porthole(page);
  await porthole.open(app.address);
  await porthole.signIn.complete(many);
  await porthole.list.row('host-000000').waitFor();
  const frames = await page.evaluate(async () => {
    const scroller = document.querySelector('.grid-body');
    const started = performance.now();
    let count = 0;
    while (performance.now() - started < 3_000) {
      await new Promise(requestAnimationFrame);
      scroller?.scrollBy(0, 300);
      count += 1;
    }
    return count / 3;
  });
  process.stdout.write(`scrolling 100,000 rows: ${Math.round(frames)} frames a second (budget: 60)\n`);
  await browser.close();
  await app.cleanUp();
  await many.stop();
}
