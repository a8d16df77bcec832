import { findBrowser } from '../../src/main/loopback/browser-window.ts';
import { expect, test as base, withFreshCodes } from '../support/key-test.ts';
import { runLine } from '../support/programs.ts';
import { startTunnelCluster } from '../support/tunnel-cluster.ts';

const test = base.extend({
  // One of today: it asks for a second factor in each session, and takes keys alone for tunnels.
  keyCluster: async ({}, use) => {
    const cluster = await withFreshCodes((now) =>
      startTunnelCluster({ requireSessionMfa: true }, { secondFactors: ['otp', 'webauthn'], now }),
    );
    await use(cluster);
    await cluster.stop();
  },
  window: async ({ window, keyCluster, page }, use) => {
    await window.command('Second factors');
    await window.devices.addKey('security key', 'Blue key');
    await window.prompts.code.fill(keyCluster.code());
    await page.keyboard.press('Enter');
    await expect(window.devices.device('Blue key')).toBeVisible();
    await window.devices.button('Done').press('Enter');
    await use(window);
  },
});

test.describe.configure({ timeout: 120_000 });
test.skip(() => findBrowser() === undefined, 'Security keys need a Chromium on this machine.');

const psql = (port: number) =>
  runLine(`psql "host=127.0.0.1 port=${port} user=reader dbname=postgres" -c "SELECT name FROM items"`);

test('a security key is touched once for a tunnel to a database, whatever connects afterwards', async ({
  window,
  keyedApp,
}) => {
  const { list, connect, tunnel, prompts } = window;
  const before = keyedApp.key.uses;
  await list.connect('shop');
  await expect(connect.dialog).toContainText('A second factor will be asked for');
  await connect.choose('reader', 'postgres');
  await expect(prompts.secondFactor).toContainText('shop');
  await expect(prompts.code).toBeHidden();
  await prompts.secondFactor.getByRole('button', { name: 'Use security key' }).press('Enter');
  await tunnel.expectReady('shop');
  const port = await tunnel.port();
  const all = await Promise.all(Array.from({ length: 5 }, () => psql(port)));
  for (const { output } of all) expect(output).toContain('brass porthole');
  expect((await psql(port)).output).toContain('hemp rope');
  expect(keyedApp.key.uses).toBe(before + 1);
  // Another tunnel is another question.
  await window.tab('Resources').click();
  await list.connect('prod-eu');
  await expect(prompts.secondFactor).toContainText('prod-eu');
  await prompts.secondFactor.getByRole('button', { name: 'Use security key' }).press('Enter');
  await tunnel.expectReady('prod-eu');
  const pods = await runLine(await tunnel.copied('Copy command'));
  expect(pods.code).toBe(0);
  expect(keyedApp.key.uses).toBe(before + 2);
});

test('a connection that comes first waits for the key, and goes through', async ({ window, keyedApp }) => {
  const { page, list, connect, tunnel, prompts } = window;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await prompts.secondFactor.waitFor();
  await page.keyboard.press('Escape');
  await expect(tunnel.state).toContainText('Failed.');
  const port = await tunnel.port();
  await tunnel.button('Close tunnel').click();
  await tunnel.button('Listen again').click();
  const waiting = psql(port);
  await expect(prompts.secondFactor).toContainText('A connection to the database shop needs it.');
  await expect(page.getByText('Waiting for your second factor.')).toBeVisible();
  const before = keyedApp.key.uses;
  await prompts.secondFactor.getByRole('button', { name: 'Use security key' }).press('Enter');
  expect((await waiting).output).toContain('oak plank');
  expect(keyedApp.key.uses).toBe(before + 1);
});
