import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { account } from '../support/clusters.ts';
import { startRegisteredSshd } from '../support/registered-sshd.ts';
import { expect, test } from '../support/test.ts';

test('a proxy that dies in a session is told; after its return Reconnect goes on', async ({
  signedIn,
  cluster,
}) => {
  await signedIn.list.connect('workbench', account);
  await signedIn.shell.expectOpen();
  await signedIn.shell.run('echo screen-stays');
  await signedIn.shell.expectText(/^screen-stays/m);
  await cluster.suspend();
  await expect(signedIn.shell.ended).toContainText('connection was lost');
  await expect(signedIn.status).toContainText('ended');
  await signedIn.shell.ended.getByRole('button', { name: 'Reconnect' }).click();
  await expect(signedIn.shell.ended).toContainText('Nothing listens');
  await cluster.resume();
  await signedIn.shell.ended.getByRole('button', { name: 'Reconnect' }).click();
  await signedIn.shell.expectOpen();
  await signedIn.shell.expectText(/screen-stays/);
});

test('a lock by an administrator ends the session and says so', async ({ signedIn, cluster }) => {
  await signedIn.list.connect('workbench', account);
  await signedIn.shell.expectOpen();
  cluster.core.lock('alice', 'incident 42');
  await expect(signedIn.shell.ended).toContainText('administrator has locked');
  await expect(signedIn.shell.ended).toContainText('incident 42');
});

test('an OpenSSH server is reached through the proxy; when its sshd is killed the tab says so, and others go on', async ({
  signedIn,
  cluster,
}) => {
  const sshd = await startRegisteredSshd(cluster, 'bastion');
  try {
    await signedIn.page.getByRole('button', { name: /^Name/ }).click();
    await signedIn.list.connect('workbench', account);
    await signedIn.shell.expectOpen();
    await signedIn.tab('Resources').click();
    await signedIn.list.connect('bastion', account);
    await signedIn.shell.expectOpen();
    await signedIn.shell.run('echo on-$((40+2))-bastion');
    await signedIn.shell.expectText(/on-42-bastion/);
    sshd.killSessions();
    await expect(signedIn.shell.ended).toContainText('connection was lost');
    await signedIn.page.keyboard.press('Control+2');
    await signedIn.shell.run('echo still-$((1+1))-here');
    await signedIn.shell.expectText(/still-2-here/);
  } finally {
    await sshd.stop();
  }
});

test('a server that is off is told, and the list stays', async ({ signedIn }) => {
  await signedIn.list.connect('api-01', account);
  await expect(signedIn.shell.ended).toContainText('cannot reach this server');
  await signedIn.shell.ended.getByRole('button', { name: 'Close' }).click();
  await expect(signedIn.list.row('api-01')).toBeVisible();
});

test('a cluster that goes away while the list is open leaves the rows and offers to try again', async ({
  signedIn,
  cluster,
}) => {
  await expect(signedIn.list.row('workbench')).toBeVisible();
  await cluster.suspend();
  await signedIn.list.search.fill('api');
  await expect(signedIn.page.getByRole('alert')).toContainText(/Nothing listens|lost/);
  await expect(signedIn.list.row('workbench')).toBeVisible();
  await cluster.resume();
  await signedIn.page.getByRole('button', { name: 'Try again' }).click();
  await expect(signedIn.list.rows).toHaveCount(2);
});

test('a page whose connection is cut comes back by itself, with its tabs and its shell', async ({
  app,
  cluster,
  page,
}) => {
  const cuts: (() => Promise<void>)[] = [];
  await page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    cuts.push(async () => {
      await socket.close();
      await server.close();
    });
  });
  const porthole = new Porthole(page);
  await porthole.open(app.address);
  await porthole.signIn.complete(cluster);
  await porthole.list.connect('workbench', account);
  await porthole.shell.expectOpen();
  await porthole.shell.run('KEPT=yes; seq 1 300');
  await porthole.shell.expectText(/^300\n/m);
  for (const cut of cuts.splice(0)) await cut();
  // Typed at once, while the page is still cut off.
  await porthole.shell.run('echo "kept: $KEPT"');
  await porthole.shell.expectText(/^299\n300\n[\s\S]*kept: yes/m);
  await expect(porthole.tabs).toHaveCount(2);
});

test('a page whose app was stopped says so', async ({ app, porthole }) => {
  await app.stop();
  await expect(porthole.page.getByText('Porthole does not answer.')).toBeVisible();
});

test('a restart of the app finds clusters and sign-ins again; keys are in no file, log or page', async ({
  browser,
  cluster,
}) => {
  const first = await startApp();
  const context = await browser.newContext();
  const page = await context.newPage();
  const porthole = new Porthole(page);
  await porthole.open(first.address);
  await porthole.signIn.complete(cluster);
  const received: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => received.push(payload.toString())),
  );
  await page.reload();
  await expect(porthole.list.row('workbench')).toBeVisible();
  await first.stop();

  const second = await startApp({ dataFolder: first.dataFolder });
  try {
    await porthole.open(second.address);
    await expect(porthole.list.row('workbench')).toBeVisible();
    await porthole.list.connect('workbench', account);
    await porthole.shell.expectOpen();
    const texts = [
      ...filesBelow(second.dataFolder).map((file) => readFileSync(file, 'latin1')),
      ...received,
      first.output(),
      second.output(),
      await page.content(),
    ];
    expect(received.length).toBeGreaterThan(0);
    for (const text of texts) {
      expect(text).not.toMatch(/PRIVATE KEY|-cert-v01@openssh\.com AAAA/);
      expect(text).not.toContain(cluster.user.password);
    }
  } finally {
    await context.close();
    await second.cleanUp();
  }
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
