import { type Browser, chromium, type Page } from '@playwright/test';
import { startUsageCollector, type UsageCollector } from '../../src/cluster/usage-collector.ts';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { account, type TestCluster } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';
import { WireRecorder, whyNotOffline, whyNotRecorded } from '../support/wire-recorder.ts';

// An address of this machine that nothing else uses: whoever speaks to it speaks to the collector.
const collectorHost = '127.0.0.77';

interface Run {
  readonly dataFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One start of the whole program under the recorder, up to its end. */
async function record(
  page: Page,
  collector: UsageCollector,
  run: Run,
  work: (porthole: Porthole) => Promise<void>,
) {
  const recorder = new WireRecorder();
  const asked = new Set<string>();
  const note = (request: { url(): string }) => asked.add(new URL(request.url()).host);
  page.on('request', note);
  try {
    const app = await startApp({
      ...(run.dataFolder ? { dataFolder: run.dataFolder } : {}),
      env: { PORTHOLE_USAGE_COLLECTOR: collector.address, ...run.env },
      wrap: recorder.wrap,
    });
    await page.goto(app.address);
    await work(new Porthole(page));
    await app.stop();
    expect([...asked]).toEqual([new URL(app.address).host]);
    return { dataFolder: app.dataFolder, destinations: await recorder.destinations() };
  } finally {
    page.off('request', note);
    recorder.cleanUp();
  }
}

/** What makes events: a sign-in and a shell. */
async function useCluster(porthole: Porthole, cluster: TestCluster): Promise<void> {
  await expect(porthole.status).toBeVisible();
  const isFirst = await porthole.page.getByRole('button', { name: 'Add a cluster' }).isVisible();
  if (isFirst) await porthole.signIn.complete(cluster);
  // The last start's tabs are there again.
  await porthole.tab('Resources').click();
  await expect(porthole.list.grid).toBeVisible();
  await porthole.list.connect('workbench', isFirst ? account : undefined);
  await porthole.shell.expectOpen();
}

test.describe('recorded at the sockets', () => {
  const reason = whyNotRecorded();
  test.skip(reason !== undefined, reason ?? '');
  test.setTimeout(180_000);

  test('nothing leaves for the collector but with consent, and with consent it does', async ({
    page,
    cluster,
  }) => {
    const collector = await startUsageCollector({ host: collectorHost });
    const own = `${collectorHost}:${new URL(collector.address).port}`;
    const allowed = new Set([`127.0.0.1:${cluster.port}`, `::1:${cluster.port}`]);
    const strangers = (destinations: readonly string[]) =>
      destinations.filter((destination) => !allowed.has(destination));
    try {
      const unanswered = await record(page, collector, {}, async (porthole) => {
        await expect(porthole.usageQuestion.dialog).toBeVisible();
        await page.keyboard.press('Escape');
        await useCluster(porthole, cluster);
      });
      expect(unanswered.destinations).toContain(`127.0.0.1:${cluster.port}`);
      expect(strangers(unanswered.destinations), 'before an answer').toEqual([]);
      const { dataFolder } = unanswered;

      const declined = await record(page, collector, { dataFolder }, async (porthole) => {
        await porthole.usageQuestion.answer('Decline');
        await useCluster(porthole, cluster);
      });
      expect(strangers(declined.destinations), 'after Decline').toEqual([]);

      const off = await record(page, collector, { dataFolder }, async (porthole) => {
        await page.getByRole('button', { name: 'usage data off' }).click();
        await porthole.settings.usageSwitch.click();
        await expect(porthole.settings.usageSwitch).toBeChecked();
        await useCluster(porthole, cluster);
        await page.getByRole('button', { name: 'usage data on' }).click();
        await porthole.settings.usageSwitch.click();
        await expect(page.getByText('One waiting event was thrown away.')).toBeVisible();
      });
      expect(strangers(off.destinations), 'after off').toEqual([]);

      const on = await record(page, collector, { dataFolder }, async (porthole) => {
        await page.getByRole('button', { name: 'usage data off' }).click();
        await porthole.settings.usageSwitch.click();
        await useCluster(porthole, cluster);
      });
      expect(strangers(on.destinations), 'with consent').toEqual([own]);
      expect(collector.received.map((event) => event.name)).toContain('protocolUse');

      const before = collector.connections;
      const forced = await record(
        page,
        collector,
        { dataFolder, env: { PORTHOLE_USAGE_DATA: 'off' } },
        async (porthole) => {
          await useCluster(porthole, cluster);
        },
      );
      expect(strangers(forced.destinations), 'forced off').toEqual([]);
      expect(collector.connections).toBe(before);
    } finally {
      await collector.stop();
    }
  });

  test('without a network nothing is even tried, consent or not', async ({ launchOptions }) => {
    const why = whyNotOffline();
    test.skip(why !== undefined, why ?? '');
    const recorder = new WireRecorder({ withNetwork: false });
    // An address of the documentation block, and one that would have to be looked up.
    const app = await startApp({
      args: [],
      env: { PORTHOLE_USAGE_COLLECTOR: 'https://collector.example.com' },
      wrap: recorder.wrap,
    });
    let browser: Browser | undefined;
    try {
      const executablePath = recorder.browserBeside(app.pid, launchOptions.executablePath ?? 'chromium');
      browser = await chromium.launch({ ...launchOptions, executablePath });
      const porthole = new Porthole(await browser.newPage());
      await porthole.page.goto(app.address);
      await porthole.usageQuestion.answer('Allow');
      await porthole.tryDemo();
      await porthole.page.getByRole('button', { name: 'usage data on' }).click();
      await expect(porthole.settings.usageEvent('Events of this run', 'cluster_login')).toContainText(
        'waits to be sent',
      );
      await app.stop();
      const outside = (await recorder.destinations()).filter(
        (destination) => !/^(127\.|::1:)/.test(destination),
      );
      expect(outside).toEqual([]);
    } finally {
      await browser?.close();
      await app.cleanUp();
      recorder.cleanUp();
    }
  });
});
