import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { startCluster, type TestCluster } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

test('an untrusted certificate is shown, and can be trusted for this cluster by its fingerprint', async ({
  porthole,
  cluster,
}) => {
  await porthole.signIn.typeAddress(cluster.address);
  await expect(porthole.signIn.trustDialog).toContainText(/([0-9A-F]{2}:){31}[0-9A-F]{2}/);
  await porthole.page.getByRole('button', { name: 'Trust for this cluster' }).click();
  await expect(porthole.page.getByRole('dialog')).toContainText('Teleport 18.0.0');
  await porthole.signIn.fill('alice', cluster.user.password, cluster.code());
  await porthole.signIn.submit.click();
  await expect(porthole.list.row('workbench')).toBeVisible();
});

test('a wrong password, a wrong code and a lock have their own messages, and nothing typed is lost', async ({
  porthole,
  cluster,
}) => {
  const { signIn } = porthole;
  await signIn.typeAddress(cluster.address);
  await signIn.trustFile(cluster.webCaPem);
  await signIn.fill('alice', 'wrong', '123456');
  await signIn.submit.click();
  await expect(signIn.problem).toContainText('user name or the password is wrong');
  await expect(signIn.userName).toHaveValue('alice');
  await expect(signIn.password).toHaveValue('wrong');

  await signIn.fill('alice', cluster.user.password, '000000');
  await signIn.submit.click();
  await expect(signIn.problem).toContainText('one-time code was not accepted');

  await signIn.code.fill('');
  await signIn.submit.click();
  await expect(signIn.problem).toContainText('signs in with a one-time code');

  cluster.core.lock('alice', 'leaving the company');
  await signIn.code.fill(cluster.code());
  await signIn.submit.click();
  await expect(signIn.problem).toContainText('leaving the company');
});

test('a code works once, and the next try says so', async ({ porthole, cluster }) => {
  const { signIn, list } = porthole;
  await signIn.typeAddress(cluster.address);
  await signIn.trustFile(cluster.webCaPem);
  const code = cluster.code();
  await signIn.fill('alice', cluster.user.password, code);
  await signIn.submit.click();
  await expect(list.row('workbench')).toBeVisible();
  await porthole.choose('Sign out alice');
  await porthole.page.getByRole('button', { name: `Sign in to ${cluster.name}` }).click();
  await signIn.fill('alice', cluster.user.password, code);
  await signIn.submit.click();
  await expect(signIn.problem).toContainText('was used before');
});

test('a user who is blocked after wrong codes, and a cluster that asks to slow down, are told as such', async ({
  porthole,
  cluster,
}) => {
  const { signIn } = porthole;
  await signIn.typeAddress(cluster.address);
  await signIn.trustFile(cluster.webCaPem);
  for (let i = 0; i < 5; i += 1) cluster.core.users.checkLogin('alice', cluster.user.password, '000000');
  await signIn.fill('alice', cluster.user.password, cluster.code());
  await signIn.submit.click();
  // A real proxy does not tell a blocked user from a wrong password at this step.
  await expect(signIn.problem).toContainText('blocks the user for a while');
  await Promise.all(Array.from({ length: 45 }, () => beginSignIn(cluster)));
  await signIn.submit.click();
  await expect(signIn.problem).toContainText('asks to slow down');
  await expect(signIn.password).toHaveValue(cluster.user.password);
});

/** The first step of a sign-in, as anybody may try it. */
async function beginSignIn(cluster: TestCluster): Promise<void> {
  const [hostname, port] = cluster.address.split(':');
  const asked = request({
    hostname,
    port,
    ca: cluster.webCaPem,
    method: 'POST',
    path: '/v1/webapi/mfa/login/begin',
    headers: { 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify({ user: 'nobody', pass: 'x' }));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
}

test('what is wrong with an address is said in place', async ({ porthole }) => {
  const { signIn, page } = porthole;
  await signIn.typeAddress('no spaces allowed');
  await expect(signIn.problem).toContainText('not an address');
  await signIn.address.fill('127.0.0.1:1');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(signIn.problem).toContainText('Nothing listens');
  await signIn.address.fill('host.invalid:443');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(signIn.problem).toContainText(/no host|Names cannot be looked up/);
  await expect(signIn.address).toHaveValue('host.invalid:443');
});

test('a port that does not speak TLS is told as such', async ({ porthole }) => {
  const server = createServer((socket) => socket.end('220 mail ready\r\n'.repeat(20))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as { port: number };
    await porthole.signIn.typeAddress(`127.0.0.1:${port}`);
    await expect(porthole.signIn.problem).toContainText('does not speak TLS');
  } finally {
    server.close();
  }
});

test('several clusters and users stand side by side; each can be signed out', async ({
  signedIn,
  cluster,
}) => {
  const other = await startCluster({ name: 'other.porthole', pose: 'v15', resources: [] });
  try {
    await signedIn.choose('Add a cluster');
    await signedIn.signIn.address.fill(other.address);
    await signedIn.page.getByRole('button', { name: 'Continue' }).click();
    await signedIn.signIn.trustFile(other.webCaPem);
    await signedIn.signIn.fill('alice', other.user.password, other.code());
    await signedIn.signIn.submit.click();
    await expect(signedIn.switcherButton).toContainText('other.porthole');
    await expect(signedIn.list.rows).toHaveCount(1);
    await signedIn.choose('Sign out everywhere');
    await expect(signedIn.page.getByRole('button', { name: `Sign in to ${cluster.name}` })).toBeVisible();
    await expect(signedIn.status).toContainText('Not signed in');
  } finally {
    await other.stop();
  }
});

test('a session that has expired asks for a new login in place and then goes on', async ({ porthole }) => {
  const short = await startCluster({
    roles: [
      {
        name: 'developer',
        logins: [(await import('../support/clusters.ts')).account],
        serverLabels: { '*': ['*'] },
        maxSessionTtlMs: 8_000,
      },
    ],
  });
  try {
    await porthole.signIn.complete(short);
    await expect(porthole.status).toContainText('expired', { timeout: 20_000 });
    await porthole.list.connect('workbench');
    await expect(porthole.page.getByRole('dialog')).toContainText('expired');
    await porthole.signIn.password.fill(short.user.password);
    await porthole.signIn.code.fill(short.code());
    await porthole.signIn.submit.click();
    await porthole.shell.expectOpen();
  } finally {
    await short.stop();
  }
});
