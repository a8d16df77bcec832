import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { startUsageCollector, type UsageCollector } from '../../src/cluster/usage-collector.ts';
import { Porthole } from '../pages/porthole.ts';
import { type AppProcess, startApp } from '../support/app-process.ts';
import { expect, test } from '../support/test.ts';

interface Fixtures {
  collector: UsageCollector;
  start: (dataFolder?: string, env?: Readonly<Record<string, string>>) => Promise<AppProcess>;
}

const usageTest = test.extend<Fixtures>({
  collector: async ({}, use) => {
    const collector = await startUsageCollector();
    await use(collector);
    await collector.stop();
  },
  start: async ({ collector }, use) => {
    const apps: AppProcess[] = [];
    await use(async (dataFolder, env = {}) => {
      const app = await startApp({
        ...(dataFolder ? { dataFolder } : {}),
        env: { PORTHOLE_USAGE_COLLECTOR: collector.address, ...env },
      });
      apps.push(app);
      return app;
    });
    for (const app of apps) await app.cleanUp();
  },
});

async function open(page: Page, app: AppProcess): Promise<Porthole> {
  const porthole = new Porthole(page);
  await page.goto(app.address);
  // A question that is open hides all that is behind it.
  await expect(page.getByRole('dialog').or(porthole.status).first()).toBeVisible();
  return porthole;
}

usageTest(
  'a first start asks; allowed events arrive anonymized, and are listed',
  async ({ page, start, collector, cluster }) => {
    const app = await start();
    const porthole = await open(page, app);
    await expect(porthole.usageQuestion.dialog).toBeVisible();
    const axe = await new AxeBuilder({ page }).analyze();
    expect(axe.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')).toEqual([]);
    expect(collector.connections).toBe(0);
    await page.keyboard.press('Enter');
    await expect(porthole.usageQuestion.dialog).toBeHidden();
    await porthole.signIn.complete(cluster);
    await porthole.settings.open();
    await porthole.settings.section('Usage data');
    await expect(porthole.settings.usageSwitch).toBeChecked();
    const event = porthole.settings.usageEvent('Events of this run', 'cluster_login');
    await event.click();
    await expect(event).toContainText('anonymized');
    await expect(event).toContainText('connector_type');
    await expect(event).not.toContainText(cluster.user.name);
    await app.stop();
    await expect.poll(() => collector.received.map((one) => one.name)).toEqual(['clusterLogin']);
    expect(collector.received[0]?.problems).toEqual([]);
    const again = await open(page, await start(app.dataFolder));
    await expect(again.usageQuestion.roleDialog).toBeVisible();
    await again.usageQuestion.roleDialog.getByRole('radio', { name: 'DevOps Engineer' }).check();
    await again.usageQuestion.roleDialog.getByRole('button', { name: 'Send' }).click();
    await expect(again.usageQuestion.roleDialog).toBeHidden();
    await expect(again.usageQuestion.dialog).toBeHidden();
  },
);

usageTest(
  'closed with Esc it asks again; declined it never does, and nothing was ever sent',
  async ({ page, start, collector, cluster }) => {
    const app = await start();
    const porthole = await open(page, app);
    await expect(porthole.usageQuestion.dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(porthole.usageQuestion.dialog).toBeHidden();
    await porthole.signIn.complete(cluster);
    await app.stop();
    const second = await start(app.dataFolder);
    const again = await open(page, second);
    await again.usageQuestion.answer('Decline');
    await expect(again.usageQuestion.dialog).toBeHidden();
    await second.stop();
    const third = await open(page, await start(app.dataFolder));
    await expect(third.status).toBeVisible();
    await expect(third.usageQuestion.dialog).toBeHidden();
    expect(collector.connections).toBe(0);
  },
);

usageTest('every event can be looked at before anything is allowed', async ({ page, start, collector }) => {
  const porthole = await open(page, await start());
  await porthole.usageQuestion.answer('Look at the events first');
  await expect(porthole.settings.usageSwitch).not.toBeChecked();
  await page.getByRole('button', { name: 'Show what would be sent' }).click();
  const event = porthole.settings.usageEvent('What is sent, by example', 'protocol_use');
  await event.click();
  await expect(event).toContainText('resource_table');
  await expect(event.getByLabel('Bytes of protocol_use')).toContainText(/0a /);
  expect(collector.connections).toBe(0);
});

usageTest(
  'the switch works both ways, and off says what was thrown away',
  async ({ page, start, collector, cluster }) => {
    const porthole = await open(page, await start());
    await porthole.usageQuestion.answer('Allow');
    await porthole.signIn.complete(cluster);
    await page.getByRole('button', { name: 'usage data on' }).click();
    await porthole.settings.usageSwitch.click();
    await expect(porthole.settings.usageSwitch).not.toBeChecked();
    await expect(page.getByText('One waiting event was thrown away.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'usage data off' })).toBeVisible();
    expect(collector.connections).toBe(0);
  },
);

usageTest('what forces it off is named beside the switch', async ({ page, start }) => {
  const porthole = await open(page, await start(undefined, { PORTHOLE_USAGE_DATA: 'off' }));
  await expect(porthole.usageQuestion.dialog).toBeHidden();
  await porthole.settings.open();
  await porthole.settings.section('Usage data');
  await expect(porthole.settings.usageSwitch).toBeDisabled();
  await expect(porthole.settings.panel).toContainText('The environment variable PORTHOLE_USAGE_DATA');
});
