import { connect as openSocket } from 'node:net';
import { once } from 'node:events';
import { runLine } from '../support/programs.ts';
import { startTunnelCluster } from '../support/tunnel-cluster.ts';
import { expect, test } from '../support/tunnel-test.ts';

test('an HTTP app has a local address for curl and for the browser', async ({
  withTunnels,
  tunnelCluster,
}) => {
  const { page, list, tunnel } = withTunnels;
  await list.connect('wiki');
  await tunnel.expectReady('wiki');
  const address = await tunnel.copied('Copy address');
  expect(address).toMatch(/^http:\/\/.*:\d+/);
  expect((await runLine(`curl -sS ${address}`)).output).toContain('Wiki of the shop');
  const command = await tunnel.copied('Copy command');
  expect(command).toContain('curl');
  expect((await runLine(command)).output).toContain('Wiki of the shop');
  const opened = page.waitForEvent('popup');
  await tunnel.button('Open in browser').click();
  const popup = await opened;
  await expect(popup.getByRole('heading', { name: 'Wiki of the shop' })).toBeVisible();
  expect(popup.url()).toContain(new URL(address).port);
  expect(tunnelCluster.seen.length).toBeGreaterThanOrEqual(3);
});

test('an app opens from its row: through a tunnel, or through the proxy', async ({
  withTunnels,
  tunnelCluster,
}) => {
  const { page, list } = withTunnels;
  const choose = async (name: string) => {
    await withTunnels.tab('Resources').click();
    await list.row('wiki').getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  const opened = page.waitForEvent('popup');
  await choose('Open in browser');
  const local = await opened;
  await expect(local.getByRole('heading', { name: 'Wiki of the shop' })).toBeVisible();
  await local.close();
  // The browser does not trust the proxy of a test, so the request is all there is.
  const launch = page.context().waitForEvent('request', (request) => request.url().includes('/web/launch/'));
  await choose('Open through the proxy');
  expect((await launch).url()).toMatch(
    new RegExp(`^https://${tunnelCluster.address.replaceAll('.', '\\.')}/web/launch/wiki\\.`),
  );
  await expect(withTunnels.notice).toHaveCount(0);
  expect(tunnelCluster.seen.length).toBeGreaterThan(0);
});

test('a TCP app with several ports asks for one', async ({ withTunnels }) => {
  const { list, connect, tunnel } = withTunnels;
  await list.connect('shout');
  const ports = connect.ports.getByRole('menuitem');
  await expect(ports).toHaveCount(2);
  const wanted = (await ports.nth(1).textContent()) ?? '';
  await ports.nth(1).click();
  await tunnel.expectReady('shout');
  await expect(withTunnels.tab(`shout:${wanted}`)).toBeVisible();
  await expect(tunnel.button('Open in browser')).toBeHidden();
  const socket = openSocket(await tunnel.port(), '127.0.0.1');
  socket.write('quiet words');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('QUIET WORDS');
  await expect(tunnel.region).toContainText('1 connection');
  socket.destroy();
  await expect(tunnel.region).toContainText('no connections');
  // The next time the last choice comes first, under the focus.
  await withTunnels.tab('Resources').click();
  await list.connect('shout');
  await expect(ports.first()).toHaveAccessibleName(`${wanted} last used`);
  await expect(ports.first()).toContainText('last used');
  await expect(ports.first()).toBeFocused();
  await withTunnels.page.keyboard.press('Enter');
  await expect(withTunnels.tab(`shout:${wanted}`)).toHaveAttribute('aria-selected', 'true');
  await expect(withTunnels.tabs).toHaveCount(2);
});

test('an app with a range of ports takes one that is typed, and says which it has', async ({ porthole }) => {
  const cluster = await startTunnelCluster(
    {},
    {
      apps: [
        {
          name: 'workers',
          uri: 'tcp://127.0.0.1',
          labels: { env: 'test' },
          tcpPorts: [{ port: 41_000, endPort: 41_010 }, { port: 5_432 }],
        },
      ],
    },
  );
  const { page, list, connect, tunnel } = porthole;
  const field = connect.dialog.getByRole('textbox', { name: 'Other port' });
  try {
    await porthole.signIn.complete(cluster);
    await list.connect('workers');
    await expect(connect.ports.getByRole('menuitem')).toHaveText(['5432']);
    for (const wrong of ['40999', '41011', '0', '65536', '-1', 'x', '']) {
      await field.fill(wrong);
      await page.keyboard.press('Enter');
      await expect(connect.dialog).toContainText('It offers 41000 to 41010.');
    }
    await field.fill('41005');
    await page.keyboard.press('Enter');
    await tunnel.expectReady('workers');
    await expect(porthole.tab('workers:41005')).toBeVisible();
    await porthole.tab('Resources').click();
    await list.connect('workers');
    await expect(field).toBeFocused();
    await expect(field).toHaveValue('41005');
  } finally {
    await cluster.stop();
  }
});
