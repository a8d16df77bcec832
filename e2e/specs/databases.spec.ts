import { holdPort, runLine } from '../support/programs.ts';
import { expect, test } from '../support/tunnel-test.ts';

const rows = /brass porthole[\s\S]*oak plank[\s\S]*hemp rope/;
const query = '-c "SELECT name FROM items ORDER BY id"';

test('a click on a database gives an address that psql can use at once', async ({ withTunnels }) => {
  const { list, connect, tunnel } = withTunnels;
  await list.connect('shop');
  await expect(connect.user).toBeFocused();
  await withTunnels.page.keyboard.press('ArrowDown');
  await expect(connect.options).toHaveText(['reader', 'writer']);
  await withTunnels.page.keyboard.press('Escape');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  await expect(withTunnels.tab('reader@shop')).toHaveAttribute('aria-selected', 'true');
  const port = await tunnel.port();
  expect(await tunnel.copied('Copy address')).toBe(`127.0.0.1:${port}`);
  const command = await tunnel.copied('Copy command');
  expect(command).toContain('psql');
  const byCommand = await runLine(`${command} ${query}`);
  expect(byCommand.output).toMatch(rows);
  const byString = await runLine(`psql "${await tunnel.copied('Copy connection string')}" ${query}`);
  expect(byString.output).toMatch(rows);
  await expect(tunnel.region).toContainText(/Sent, received\s*[1-9]/);
  await expect(withTunnels.status).toContainText(`127.0.0.1:${port} ready`);
});

test('the last choice is remembered: with the keyboard alone Enter, Enter is enough', async ({
  withTunnels,
}) => {
  const { page, list, connect, tunnel } = withTunnels;
  await list.connect('shop');
  await connect.choose('writer', 'postgres');
  await tunnel.expectReady('shop');
  const port = await tunnel.port();
  await page.keyboard.press('Control+w');
  await expect(withTunnels.tabs).toHaveCount(1);
  await page.keyboard.press('/');
  await expect(list.search).toBeFocused();
  await page.keyboard.type('name == "shop"');
  await expect(list.rows).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(connect.user).toHaveValue('writer');
  await expect(connect.databaseName).toHaveValue('postgres');
  await page.keyboard.press('Enter');
  await tunnel.expectReady('shop');
  expect(await tunnel.port()).toBe(port);
  // From the document every button can be reached with Tab.
  const reached: string[] = [];
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      ),
    );
  }
  for (const name of ['Close tunnel', 'Address', 'Copy address', 'Copy command', 'Run', 'Database name'])
    expect(reached).toContain(name);
});

test('Run opens a terminal with the client connected', async ({ withTunnels }) => {
  const { list, connect, tunnel, shell } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  await tunnel.button('Run').click();
  await shell.expectOpen();
  await shell.run('SELECT name FROM items ORDER BY id;');
  await shell.expectText(rows);
  await shell.run('\\q');
  await expect(shell.ended).toBeVisible();
});

test('the database name can be edited in place; commands follow', async ({ withTunnels }) => {
  const { list, connect, tunnel } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  await tunnel.databaseName.fill('archive');
  await expect(tunnel.region.getByText(/psql .*archive/)).toBeVisible();
  await expect(tunnel.region.getByText(/^postgres(ql)?:\/\/.*archive/)).toBeVisible();
});

test('the port can be changed in place; a taken one names the program and offers another', async ({
  withTunnels,
}) => {
  const { list, connect, tunnel, page } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  const old = await tunnel.port();
  for (const wrong of ['0', '65536', '-1', '80.5', 'x', '']) {
    await tunnel.changePort(wrong);
    await expect(tunnel.problem).toContainText('whole number from 1 to 65535');
  }
  const taken = await holdPort();
  try {
    await tunnel.changePort(taken.port);
    await expect(tunnel.problem).toContainText(`Port ${taken.port} is taken`);
    await expect(tunnel.problem).toContainText(String(process.pid));
    expect(await tunnel.port()).toBe(old);
    await tunnel.problem.getByRole('button', { name: /^Use port \d+$/ }).click();
    await expect(tunnel.problem).toBeHidden();
    const next = await tunnel.port();
    expect([old, taken.port]).not.toContain(next);
    const { output } = await runLine(
      `psql "host=127.0.0.1 port=${next} user=reader dbname=postgres" ${query}`,
    );
    expect(output).toMatch(rows);
    const refused = await runLine(`psql "host=127.0.0.1 port=${old} user=reader dbname=postgres" ${query}`);
    expect(refused.output).toContain('refused');
  } finally {
    taken.server.close();
  }
  await page.keyboard.press('Escape');
});

test('a user that the roles do not allow is refused with the reason', async ({ withTunnels }) => {
  const { list, connect } = withTunnels;
  await list.connect('shop');
  await connect.choose('admin', 'postgres');
  await expect(connect.problem).toContainText('admin');
  // What was typed stays, and the next key replaces it.
  await expect(connect.user).toBeFocused();
  await expect(connect.user).toHaveValue('admin');
  await withTunnels.page.keyboard.type('reader');
  await withTunnels.page.keyboard.press('Enter');
  await withTunnels.tunnel.expectReady('shop');
});

test('Run on a closed tunnel lets it listen again', async ({ withTunnels }) => {
  const { list, connect, tunnel, shell } = withTunnels;
  await list.connect('shop');
  await expect(connect.databaseName).toHaveValue('postgres');
  await connect.choose('reader');
  await tunnel.expectReady('shop');
  await tunnel.button('Close tunnel').click();
  await expect(tunnel.state).toContainText('Closed.');
  await tunnel.button('Run').click();
  await shell.expectOpen();
  await shell.expectText(/postgres=#/);
});

test('a database that is down is told to the client in its own words, and works when it is back', async ({
  withTunnels,
  tunnelCluster,
}) => {
  const { list, connect, tunnel } = withTunnels;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  const command = await tunnel.copied('Copy command');
  tunnelCluster.core.tunnels.stopTarget('db', 'shop');
  expect((await runLine(`${command} ${query}`)).output).toContain('FATAL:  connection refused');
  tunnelCluster.core.tunnels.startTarget('db', 'shop');
  expect((await runLine(`${command} ${query}`)).output).toMatch(rows);
});
