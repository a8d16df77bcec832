import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { account, manyServers, neighbours, startCluster } from '../support/clusters.ts';
import { inEachLook } from '../support/pictures.ts';
import { holdPort, runLine } from '../support/programs.ts';
import { expect, test } from '../support/test.ts';
import { startTunnelCluster } from '../support/tunnel-cluster.ts';

inEachLook(3, (draw) => {
  test('start and sign-in', async ({ page }) => {
    const app = await startApp({ args: [] });
    const cluster = await startCluster({
      messageOfTheDay: 'Production. Everything you type is recorded.\nQuestions: #platform',
    });
    const porthole = new Porthole(page);
    try {
      await porthole.open(app.address);
      await draw(page, 'start');
      await porthole.signIn.typeAddress('127.0.0.1:1');
      await expect(porthole.signIn.problem).toBeVisible();
      await draw(page, 'add-cluster-error');
      await porthole.signIn.address.fill(cluster.address);
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(porthole.signIn.trustDialog).toBeVisible();
      await draw(page, 'trust');
      await page.getByRole('button', { name: 'Trust for this cluster' }).click();
      await expect(porthole.signIn.password).toBeVisible();
      await draw(page, 'sign-in');
      await porthole.signIn.fill('alice', 'wrong', '123456');
      await porthole.signIn.submit.click();
      await expect(porthole.signIn.problem).toBeVisible();
      await draw(page, 'sign-in-error');
      await porthole.signIn.fill('alice', cluster.user.password, cluster.code());
      await porthole.signIn.submit.click();
      await expect(porthole.list.grid).toBeVisible();
      await porthole.choose('Sign in');
      await expect(page.getByRole('dialog')).toBeVisible();
      await draw(page, 'sign-in-demo');
    } finally {
      await app.cleanUp();
      await cluster.stop();
    }
  });

  test('list', async ({ porthole }) => {
    const long =
      'a-server-whose-name-goes-on-and-on-because-somebody-put-the-whole-region-and-team-into-it.eu-central-1.compute.internal';
    const cluster = await startCluster({
      resources: [
        ...neighbours,
        ...manyServers(1_000),
        {
          kind: 'node',
          id: '00000000-0000-4000-8000-999999999999',
          name: long,
          address: '10.20.30.40:3022',
          labels: {
            'kubernetes.io/very-long-label-name': 'and-a-very-long-value-too',
            env: 'prod',
            team: 'x',
            tier: '1',
          },
        },
        { kind: 'windows_desktop', id: 'desk', name: 'desk-01', address: '10.0.0.9:3389', labels: {} },
      ],
    });
    const { page, list } = porthole;
    try {
      await porthole.signIn.complete(cluster);
      await draw(page, 'list-1000');
      await list.search.fill('whole-region');
      await expect(list.rows).toHaveCount(1);
      await draw(page, 'list-long-name');
      await list.search.fill('labels.env == "prod" && !search("host")');
      await expect(list.rows).toHaveCount(4);
      await draw(page, 'list-expression');
      await list.search.fill('labels.env == (');
      await expect(page.getByRole('alert')).toBeVisible();
      await draw(page, 'list-error');
      await list.search.fill('nothing like this');
      await expect(page.getByText('Nothing matches.')).toBeVisible();
      await draw(page, 'list-empty');
      await list.search.fill('workbench');
      await list.connect('workbench');
      await expect(list.loginMenu).toBeVisible();
      await draw(page, 'login-menu');
      await page.keyboard.press('Escape');
      await list.row('workbench').getByRole('button', { name: 'More' }).click();
      await draw(page, 'more-menu');
      await page.keyboard.press('Escape');
      await list.row('workbench').click();
      await page.keyboard.press(' ');
      await draw(page, 'details');
      await page.keyboard.press('Escape');
      await porthole.switcher();
      await draw(page, 'switcher');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+K');
      await expect(page.getByRole('option').first()).toBeVisible();
      await draw(page, 'palette');
      await page.keyboard.press('Escape');
      await porthole.command('Show keyboard shortcuts');
      await draw(page, 'shortcuts');
      await page.keyboard.press('Escape');
      await cluster.suspend();
      await page.reload();
      await expect(page.getByRole('alert')).toBeVisible();
      await draw(page, 'list-unreachable');
    } finally {
      await cluster.stop();
    }
  });

  test('list while it is loading', async ({ app, cluster, page }) => {
    let isHeld = false;
    await page.routeWebSocket(/\/ws\/rpc/, (socket) => {
      const server = socket.connectToServer();
      // The question never arrives, so the answer is awaited for ever.
      socket.onMessage((message) => {
        if (!isHeld || !String(message).includes('resources/list')) server.send(message);
      });
    });
    const porthole = new Porthole(page);
    await porthole.open(app.address);
    await porthole.signIn.complete(cluster);
    isHeld = true;
    await page.reload();
    await expect(porthole.list.grid).toBeVisible();
    await draw(page, 'list-loading');
  });

  test('shell', async ({ signedIn, cluster }) => {
    const { page, shell } = signedIn;
    await signedIn.list.connect('workbench', account);
    await shell.expectOpen();
    await shell.run(
      "PS1='$ '; clear; ls --color=always -la /etc | head -12; printf '\\033[32mgreen \\033[33myellow \\033[35mmagenta\\033[0m grün 日本\\n'",
    );
    await shell.expectText(/grün/);
    await draw(page, 'shell');
    await shell.focus();
    await page.keyboard.press('Control+Shift+F');
    await page.getByRole('searchbox', { name: 'Find in terminal' }).fill('root');
    await draw(page, 'shell-find');
    await page.keyboard.press('Escape');
    await page.evaluate(() =>
      navigator.clipboard.writeText('sudo systemctl restart web\nsudo tail -f /var/log/web.log\n'),
    );
    await page.keyboard.press('Control+Shift+V');
    await draw(page, 'shell-paste');
    await page.keyboard.press('Escape');
    await signedIn.tab('Resources').click();
    await signedIn.list.row('api-01').click();
    await signedIn.list.connect('api-01', 'nobody-here');
    await expect(shell.ended).toBeVisible();
    await draw(page, 'shell-offline');
    await page.keyboard.press('Control+2');
    cluster.core.lock('alice', 'Incident 42: all access is frozen until 15:00.');
    await expect(shell.ended).toContainText('Incident 42');
    await draw(page, 'shell-locked');
  });

  test('tunnels', async ({ porthole }) => {
    const cluster = await startTunnelCluster();
    const { page, list, connect, tunnel, openList } = porthole;
    const taken = await holdPort();
    try {
      await porthole.signIn.complete(cluster);
      await list.connect('shop');
      await expect(connect.user).toBeFocused();
      await draw(page, 'connect-database');
      await page.keyboard.press('ArrowDown');
      await expect(connect.options.first()).toBeVisible();
      await draw(page, 'connect-database-users');
      await page.keyboard.press('Escape');
      await connect.choose('admin', 'postgres');
      await expect(connect.problem).toBeVisible();
      await draw(page, 'connect-database-refused');
      await connect.choose('reader', 'postgres');
      await tunnel.expectReady('shop');
      const query = `psql "$0" -c "SELECT repeat('x', 200000) FROM items"`;
      const text = await tunnel.copied('Copy connection string');
      await runLine(`${query.replace('$0', text)} > /dev/null`);
      await page.waitForTimeout(1_500);
      await runLine(`${query.replace('$0', text)} > /dev/null`);
      await expect(tunnel.region).toContainText(/in the last minute/);
      await page.waitForTimeout(1_500);
      await draw(page, 'tunnel-database');
      await tunnel.changePort(taken.port);
      await expect(tunnel.problem.getByRole('button', { name: /^Use port/ })).toBeVisible();
      await draw(page, 'tunnel-port-taken');
      await page.keyboard.press('Escape');
      await porthole.tab('Resources').click();
      await list.connect('shout');
      await expect(connect.ports).toBeVisible();
      await draw(page, 'connect-ports');
      await connect.ports.getByRole('menuitem').first().click();
      await tunnel.expectReady('shout');
      await draw(page, 'tunnel-tcp');
      cluster.core.tunnels.stopTarget('app', 'shout');
      await runLine(`curl -s telnet://127.0.0.1:${await tunnel.port()} < /dev/null`);
      const why = tunnel.region.getByText('Why, and what to do');
      await why.click();
      await why.scrollIntoViewIfNeeded();
      await draw(page, 'tunnel-last-error');
      await porthole.tab('Resources').click();
      await list.connect('wiki');
      await tunnel.expectReady('wiki');
      await draw(page, 'tunnel-http');
      await tunnel.button('Close tunnel').click();
      await expect(tunnel.state).toContainText('Closed.');
      await draw(page, 'tunnel-closed');
      await porthole.tab('Resources').click();
      await list.connect('prod-eu');
      await tunnel.expectReady('prod-eu');
      await draw(page, 'tunnel-kubernetes');
      await openList.chip.click();
      await openList.groupName.fill('Morning');
      await page.keyboard.press('Enter');
      await expect(openList.item('Morning')).toBeVisible();
      await draw(page, 'open-list');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Choose a shell' }).click();
      await expect(page.getByRole('menu', { name: 'Shells of this machine' })).toContainText('sh');
      await draw(page, 'shell-choice');
    } finally {
      taken.server.close();
      await cluster.stop();
    }
  });

  test('a connection that waits for a sign-in', async ({ porthole }) => {
    const cluster = await startTunnelCluster({ maxSessionTtlMs: 10_000 });
    const { page, tunnel, prompts } = porthole;
    try {
      await porthole.signIn.complete(cluster);
      await porthole.list.connect('shop');
      await porthole.connect.choose('reader', 'postgres');
      await tunnel.expectReady('shop');
      await expect(porthole.status).toContainText('expired', { timeout: 30_000 });
      const text = await tunnel.copied('Copy connection string');
      const waiting = runLine(`psql "${text}" -c "SELECT 1"`);
      await expect(prompts.signIn).toBeVisible();
      await draw(page, 'prompt-sign-in');
      await page.keyboard.press('Escape');
      await waiting;
      await draw(page, 'tunnel-after-cancel');
    } finally {
      await cluster.stop();
    }
  });
});
