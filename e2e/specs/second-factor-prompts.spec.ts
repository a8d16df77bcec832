import { VirtualKey } from '../../src/main/testing/virtual-key.ts';
import { findBrowser } from '../../src/main/loopback/browser-window.ts';
import type { Porthole } from '../pages/porthole.ts';
import { account, startCluster } from '../support/clusters.ts';
import { addKey, expect, test, withFreshCodes } from '../support/key-test.ts';
import { runLine } from '../support/programs.ts';
import { startTunnelCluster } from '../support/tunnel-cluster.ts';

test.describe.configure({ timeout: 150_000 });
test.skip(() => findBrowser() === undefined, 'Security keys need a Chromium on this machine.');

const useKey = ({ prompts }: Porthole) =>
  prompts.secondFactor.getByRole('button', { name: 'Use security key' }).click();

test('a key that was never registered is told, and the right one still counts', async ({
  window,
  keyCluster,
  keyedApp,
}) => {
  await addKey(window, keyCluster, 'security key', 'Blue key');
  await window.devices.button('Done').click();
  const right = keyedApp.key;
  keyedApp.key = new VirtualKey();
  await window.list.connect('workbench');
  await useKey(window);
  await expect(window.prompts.secondFactor.getByRole('alert')).toContainText(
    'none of your keys fits this user',
    { timeout: 60_000 },
  );
  keyedApp.key = right;
  await useKey(window);
  await window.shell.expectOpen();
});

test('closing the window of the key gives up what waited for it, and it can be tried again', async ({
  window,
  keyCluster,
  keyedApp,
}) => {
  await addKey(window, keyCluster, 'security key', 'Blue key');
  await window.devices.button('Done').click();
  keyedApp.key.isTouched = false;
  keyedApp.key.closesWindow = true;
  await window.list.connect('workbench');
  await useKey(window);
  await expect(window.prompts.secondFactor).toBeHidden({ timeout: 30_000 });
  await expect(window.shell.ended).toBeVisible();
  keyedApp.key.isTouched = true;
  keyedApp.key.closesWindow = false;
  await window.shell.ended.getByRole('button', { name: 'Reconnect' }).click();
  await useKey(window);
  await window.shell.expectOpen();
});

test('several that need a key at once are asked one after the other, each with what it is for and where', async ({
  keyedApp,
  window,
}) => {
  const clusters = [];
  try {
    const ports: Record<string, number> = {};
    for (const name of ['first.example', 'second.example']) {
      const cluster = await withFreshCodes((now) =>
        startTunnelCluster({ requireSessionMfa: true }, { name, now, secondFactors: ['otp', 'webauthn'] }),
      );
      clusters.push(cluster);
      await window.switcher();
      await window.page.getByRole('menuitem', { name: 'Add a cluster' }).click();
      await window.signIn.address.fill(cluster.address);
      await window.page.getByRole('button', { name: 'Continue' }).click();
      await window.signIn.trustFile(cluster.webCaPem);
      await window.signIn.another(cluster);
      await addKey(window, cluster, 'security key', `Key of ${name}`);
      await window.devices.button('Done').click();
      await window.tab('Resources').click();
      await window.list.connect('shop');
      await window.connect.choose('reader', 'postgres');
      await expect(window.prompts.secondFactor).toContainText('shop');
      await useKey(window);
      await window.tunnel.expectReady('shop');
      ports[name] = await window.tunnel.port();
      // Listening again it has no certificate: the next connection asks.
      await window.tunnel.button('Close tunnel').click();
      await window.tunnel.button('Listen again').click();
    }
    const before = keyedApp.key.uses;
    const query = (port = 0) =>
      runLine(`psql "host=127.0.0.1 port=${port} user=reader dbname=postgres" -XAtc "SELECT 40+2"`);
    const first = query(ports['first.example']);
    const { secondFactor } = window.prompts;
    await expect(secondFactor).toHaveAccessibleName('Confirm it is you on first.example');
    const second = query(ports['second.example']);
    await expect(secondFactor).toHaveCount(1);
    await expect(secondFactor).toContainText('shop');
    await useKey(window);
    expect((await first).output).toContain('42');
    await expect(secondFactor).toHaveAccessibleName('Confirm it is you on second.example');
    await useKey(window);
    expect((await second).output).toContain('42');
    await expect(secondFactor).toBeHidden();
    expect(keyedApp.key.uses - before).toBe(2);
  } finally {
    for (const cluster of clusters) await cluster.stop();
  }
});

test('a code that the cluster would refuse is not asked for', async ({ porthole }) => {
  // 18.0.0 offers codes for sessions and then refuses them.
  const cluster = await startCluster({
    roles: [{ name: 'developer', logins: [account], serverLabels: { '*': ['*'] }, requireSessionMfa: true }],
  });
  try {
    await porthole.signIn.complete(cluster);
    await porthole.list.connect('workbench');
    await expect(porthole.shell.ended).toContainText('one-time codes');
    await expect(porthole.prompts.secondFactor).toBeHidden();
  } finally {
    await cluster.stop();
  }
});
