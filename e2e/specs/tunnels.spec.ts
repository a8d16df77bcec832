import { expectAccessible } from '../support/axe.ts';
import { holdPort, runLine } from '../support/programs.ts';
import { startTunnelCluster } from '../support/tunnel-cluster.ts';
import { expect, test } from '../support/tunnel-test.ts';

const query = '-c "SELECT name FROM items ORDER BY id"';
const psql = (port: number) =>
  runLine(`psql "host=127.0.0.1 port=${port} user=reader dbname=postgres" ${query}`);

test('after a restart the port is the same, listens at once, and the first connection brings it up', async ({
  withTunnels,
  restart,
}) => {
  const { list, connect, tunnel, openList } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  const port = await tunnel.port();
  expect((await psql(port)).output).toContain('brass porthole');
  await restart();
  await openList.chip.click();
  const item = openList.item('reader@shop');
  await expect(item).toContainText('idle');
  await item.getByRole('button', { name: 'Show' }).click();
  expect(await tunnel.port()).toBe(port);
  await expect(tunnel.state).toContainText('The first connection brings it up.');
  expect((await psql(port)).output).toContain('brass porthole');
  await expect(tunnel.state).toContainText('Ready.');
});

test('when its port is taken at the start, the tunnel says by whom and moves with one click', async ({
  withTunnels,
  app,
  restart,
}) => {
  const { list, connect, tunnel, openList } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  const port = await tunnel.port();
  await app.stop();
  const thief = await holdPort(port);
  await restart();
  await openList.chip.click();
  await openList.item('reader@shop').getByRole('button', { name: 'Show' }).click();
  await expect(tunnel.state).toContainText('Closed.');
  await expect(tunnel.problem).toContainText(String(process.pid));
  await tunnel.problem.getByRole('button', { name: /^Use port/ }).click();
  await expect(tunnel.problem).toBeHidden();
  const moved = await tunnel.port();
  expect(moved).not.toBe(port);
  expect((await psql(moved)).output).toContain('brass porthole');
  thief.server.close();
});

test('when the session is over, a new connection waits for the sign-in and then goes through', async ({
  porthole,
}) => {
  const cluster = await startTunnelCluster({ maxSessionTtlMs: 12_000 });
  const { list, connect, tunnel, prompts } = porthole;
  try {
    await porthole.signIn.complete(cluster);
    await list.connect('shop');
    await connect.choose('reader', 'postgres');
    await tunnel.expectReady('shop');
    const port = await tunnel.port();
    await expect(porthole.status).toContainText('expired', { timeout: 30_000 });
    const waiting = psql(port);
    await expect(prompts.signIn).toContainText('shop');
    await expect(porthole.page.getByText('Waiting for a sign-in.')).toBeVisible();
    await prompts.signInAgain(cluster.user.password, cluster.code());
    expect((await waiting).output).toContain('brass porthole');
    await expect(prompts.signIn).toBeHidden();
    expect(await tunnel.port()).toBe(port);
  } finally {
    await cluster.stop();
  }
});

test('Escape in the sign-in that a connection waits for ends the connection, with the reason', async ({
  porthole,
}) => {
  const cluster = await startTunnelCluster({ maxSessionTtlMs: 12_000 });
  const { list, connect, tunnel, prompts, page } = porthole;
  try {
    await porthole.signIn.complete(cluster);
    await list.connect('shop');
    await connect.choose('reader', 'postgres');
    await tunnel.expectReady('shop');
    await expect(porthole.status).toContainText('expired', { timeout: 30_000 });
    const waiting = psql(await tunnel.port());
    await expect(prompts.signIn).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(prompts.signIn).toBeHidden();
    expect((await waiting).code).not.toBe(0);
    await expect(tunnel.region.getByText('Why, and what to do')).toBeVisible();
  } finally {
    await cluster.stop();
  }
});

test('a second factor is asked in place: a wrong code is told and kept, a right one lets connections through', async ({
  porthole,
}) => {
  let ahead = 0;
  const cluster = await startTunnelCluster(
    { requireSessionMfa: true },
    { pose: 'v15', now: () => new Date(Date.now() + ahead) },
  );
  const { page, list, connect, tunnel, prompts } = porthole;
  try {
    await porthole.signIn.complete(cluster);
    await list.connect('shop');
    await expect(connect.dialog).toContainText('A second factor will be asked for');
    await connect.choose('reader', 'postgres');
    await expect(prompts.secondFactor).toContainText('shop');
    await expect(prompts.code).toBeFocused();
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await expect(prompts.secondFactor.getByRole('alert')).toContainText('code');
    await expect(prompts.code).toHaveValue('000000');
    await expectAccessible(page, 'second factor');
    // A code counts once: this one is not that of the sign-in.
    ahead += 31_000;
    await prompts.code.fill(cluster.code());
    await page.keyboard.press('Enter');
    await expect(prompts.secondFactor).toBeHidden();
    await tunnel.expectReady('shop');
    expect((await psql(await tunnel.port())).output).toContain('brass porthole');
    await tunnel.button('Close tunnel').click();
    await tunnel.button('Listen again').click();
    const waiting = psql(await tunnel.port());
    await expect(prompts.secondFactor).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(prompts.secondFactor).toBeHidden();
    expect((await waiting).code).not.toBe(0);
  } finally {
    await cluster.stop();
  }
});

test('a closed tab leaves its tunnel; the chip shows it, closes it, and lets it listen again', async ({
  withTunnels,
}) => {
  const { page, list, connect, tunnel, openList } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  const port = await tunnel.port();
  await page.keyboard.press('Control+w');
  await expect(withTunnels.tabs).toHaveCount(1);
  expect((await psql(port)).output).toContain('oak plank');
  await openList.chip.click();
  const item = openList.item('reader@shop');
  await expect(item).toContainText(`127.0.0.1:${port}`);
  await expect(item).toContainText(/certificate \d+ (h|min)/);
  await item.getByRole('button', { name: 'Close' }).click();
  await expect(item).toContainText('closed');
  expect((await psql(port)).output).toContain('refused');
  await item.getByRole('button', { name: 'Listen' }).click();
  await expect(item).not.toContainText('closed');
  expect((await psql(port)).output).toContain('oak plank');
  await item.getByRole('button', { name: 'Show' }).click();
  await expect(tunnel.named('shop')).toBeVisible();
});

test('the palette shows, copies and closes tunnels, and opens a group of them', async ({ withTunnels }) => {
  const { page, list, connect, tunnel, openList } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  await withTunnels.tab('Resources').click();
  await list.connect('wiki');
  await tunnel.expectReady('wiki');
  await withTunnels.command('Copy address');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe(await tunnel.address.inputValue());
  await openList.chip.click();
  await openList.groupName.fill('Morning 🌅 "one"');
  await page.keyboard.press('Enter');
  await expect(openList.item('Morning 🌅 "one"')).toContainText('2 tunnels');
  await page.keyboard.press('Escape');
  await withTunnels.command('Show tunnel reader@shop');
  await expect(tunnel.named('shop')).toBeVisible();
  await withTunnels.command('Close all tunnels');
  await expect(tunnel.state).toContainText('Closed.');
  await withTunnels.command('Open group Morning');
  await expect(tunnel.state).not.toContainText('Closed.');
  expect((await psql(await tunnel.port())).output).toContain('hemp rope');
  await tunnel.button('Close tunnel').click();
  await expect(tunnel.state).toContainText('Closed.');
  await tunnel.button('Listen again').click();
  await expect(tunnel.state).not.toContainText('Closed.');
});

test('no page of tunnels has a serious finding', async ({ withTunnels }) => {
  const { page, list, connect, tunnel, openList } = withTunnels;
  const check = (where: string) => expectAccessible(page, where);
  await list.connect('shop');
  await expect(connect.user).toBeFocused();
  await check('connect popup');
  await page.keyboard.press('ArrowDown');
  await expect(connect.options.first()).toBeVisible();
  await check('offered users');
  await page.keyboard.press('Escape');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  await check('tunnel');
  await tunnel.changePort('70000');
  await expect(tunnel.problem).toBeVisible();
  await check('wrong port');
  await openList.chip.click();
  await expect(openList.popup).toBeVisible();
  await check('all that is open');
  await page.keyboard.press('Escape');
  await tunnel.button('Close tunnel').click();
  await expect(tunnel.state).toContainText('Closed.');
  await check('closed tunnel');
  await withTunnels.tab('Resources').click();
  await list.connect('shout');
  await expect(connect.ports).toBeVisible();
  await check('target ports');
});
