import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneTimeCode } from '../../cluster/totp.ts';
import type { Resource } from '../../shared/contract/resources.ts';
import type { AccountUri, ClusterUri } from '../../shared/uri/uri.ts';
import { makeHost } from '../testing/host.ts';
import { openPage, openTerminal, type TestPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const description = process.env['REAL_CLUSTER'];
const size = { cols: 80, rows: 24 };

/** A JSON file: `proxy` = host:port, `ca` = file of the CA, `users` = file with name, password and totpSecret of each. */
function readCluster(file: string) {
  const { proxy, ca, users } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'proxy' | 'ca' | 'users',
    string
  >;
  const all = JSON.parse(readFileSync(users, 'utf8')) as Record<'name' | 'password' | 'totpSecret', string>[];
  const user = all.find(({ name }) => name === (process.env['REAL_CLUSTER_USER'] ?? 'bob'));
  if (!user) throw new Error('The user is not in the list.');
  return { proxy, pem: readFileSync(ca, 'utf8'), user };
}

/** RFC 4648, without padding. */
function fromBase32(text: string): Uint8Array {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2));
}

/** The network between the app and the proxy, which can fail. */
async function startRelay(target: string) {
  const sockets = new Set<Socket>();
  let isDown = false;
  const [host, port] = target.split(':');
  const server = createServer((near) => {
    if (isDown) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    address: `localhost:${typeof address === 'object' ? address?.port : ''}`,
    fail() {
      isDown = true;
      for (const socket of sockets) socket.destroy();
    },
    recover() {
      isDown = false;
    },
    close() {
      this.fail();
      server.close();
    },
  };
}

/** A real cluster judges the client; runs where `REAL_CLUSTER` names one. */
describe.skipIf(!description)('a real cluster', () => {
  const host = makeHost();
  let lab: ReturnType<typeof readCluster>;
  let relay: Awaited<ReturnType<typeof startRelay>>;
  let app: ReturnType<typeof createApp>;
  let page: TestPage;
  let clusterUri: ClusterUri;
  let accountUri: AccountUri;
  let lastChannel = 0;

  beforeAll(async () => {
    lab = readCluster(description ?? '');
    relay = await startRelay(lab.proxy);
    app = createApp(host, { version: '0.0.0' });
    page = await openPage(app);
  });
  afterAll(async () => {
    await app.dispose();
    relay.close();
  });

  const signIn = (password: string, code: string) =>
    page.api.clusters.signIn({
      kind: 'password',
      clusterUri,
      userName: lab.user.name,
      password,
      oneTimeCode: code,
    });
  const list = async (search = '') =>
    (
      await page.api.resources.list({
        accountUri,
        kinds: [],
        search,
        sort: { field: 'name', descending: false },
        limit: 100,
      })
    ).items;
  const open = async (server: Resource | undefined) => {
    const { shellId } = await page.api.shells.open({
      serverUri: server?.uri as never,
      serverName: server?.name ?? '',
      login: 'root',
      size,
    });
    lastChannel += 1;
    const terminal = openTerminal(page.bytes, lastChannel, shellId);
    await expect
      .poll(() => page.state().shells[shellId]?.status, { timeout: 20_000 })
      .toMatchObject({ kind: 'open' });
    return { shellId, terminal };
  };
  const named = async (name: string) => (await list(name)).find((item) => item.name === name);

  it('is not trusted at first, then by its CA, and tells its version', async () => {
    await expect(page.api.clusters.add({ address: relay.address })).rejects.toMatchObject({
      data: { code: 'tls-untrusted' },
    });
    ({ clusterUri } = await page.api.clusters.add({
      address: relay.address,
      trust: { kind: 'ca', pem: lab.pem },
    }));
    expect(page.state().clusters[clusterUri]?.facts).toMatchObject({ authKind: 'local' });
  });

  it('refuses a wrong password, and takes the right one with a code', { timeout: 120_000 }, async () => {
    await expect(signIn('wrong', '000000')).rejects.toMatchObject({ data: { code: 'credentials-wrong' } });
    // A code works once; somebody else may have used this one.
    for (let attempt = 0; accountUri === undefined; attempt += 1) {
      try {
        ({ accountUri } = await signIn(
          lab.user.password,
          oneTimeCode(fromBase32(lab.user.totpSecret), new Date()),
        ));
      } catch (error) {
        if (attempt >= 2) throw error;
        await new Promise((resolve) => setTimeout(resolve, 30_500 - (Date.now() % 30_000)));
      }
    }
    expect(page.state().accounts[accountUri]).toMatchObject({ status: 'signed-in' });
    expect(page.state().accounts[accountUri]?.logins).toContain('root');
  });

  it('lists servers, databases and apps, and searches', async () => {
    const all = await list();
    expect(all.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['server', 'database', 'app']));
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['lab-node', 'lab-sshd']));
    expect((await list('lab-sshd')).map(({ name }) => name)).toContain('lab-sshd');
    expect(await list('nothing-is-called-this')).toEqual([]);
  });

  it.each(['lab-node', 'lab-sshd'])(
    'opens a shell on %s, resizes it, and tells its exit code',
    async (name) => {
      const { shellId, terminal } = await open(await named(name));
      terminal.type('stty size; echo "umlaut: ü $((40+2))"');
      await expect.poll(() => terminal.screen.tail, { timeout: 20_000 }).toMatch(/24 80\r\numlaut: ü 42/);
      await page.api.shells.resize({ shellId, size: { cols: 101, rows: 31 } });
      terminal.type('stty size');
      await expect.poll(() => terminal.screen.tail, { timeout: 20_000 }).toMatch(/31 101/);
      terminal.type('exit 3');
      await expect
        .poll(() => page.state().shells[shellId]?.status, { timeout: 10_000 })
        .toMatchObject({ kind: 'ended', end: { kind: 'exited', code: 3 } });
      await page.api.workspace.closeTab({ tabId: tabOf(shellId) });
    },
  );

  it.each(['lab-node', 'lab-sshd'])('sends 64 MB from %s without loss', { timeout: 90_000 }, async (name) => {
    const { shellId, terminal } = await open(await named(name));
    terminal.type('head -c 64000000 /dev/zero | tr "\\0" x; echo; echo over-$((1+1))');
    // Not the whole screen in a message.
    const isOver = () => /over-2/.test(terminal.screen.tail.slice(-200));
    await expect.poll(isOver, { timeout: 60_000 }).toBe(true);
    expect(terminal.screen.size).toBeGreaterThan(64_000_000);
    await page.api.workspace.closeTab({ tabId: tabOf(shellId) });
  });

  it.each(['lab-node', 'lab-sshd'])(
    'whose network fails ends the shell on %s with a reason; afterwards all goes on',
    async (name) => {
      const { shellId, terminal } = await open(await named(name));
      terminal.type('echo stays-$((1+1))');
      await expect.poll(() => terminal.screen.tail, { timeout: 20_000 }).toMatch(/stays-2/);
      relay.fail();
      await expect
        .poll(() => page.state().shells[shellId]?.status, { timeout: 10_000 })
        .toMatchObject({ kind: 'ended', end: { kind: 'failed', error: { code: 'connection-lost' } } });
      await expect(list()).rejects.toMatchObject({ data: { code: expect.stringMatching(/lost|refused/) } });
      relay.recover();
      await page.api.shells.reconnect({ shellId, size });
      await expect
        .poll(() => page.state().shells[shellId]?.status, { timeout: 20_000 })
        .toMatchObject({ kind: 'open' });
      terminal.type('echo again-$((1+1))');
      await expect.poll(() => terminal.screen.tail, { timeout: 20_000 }).toMatch(/stays-2[\s\S]*again-2/);
      expect((await list()).length).toBeGreaterThan(2);
    },
  );

  it('keeps the sign-in over a restart of the app, and forgets it on signing out', async () => {
    await app.dispose();
    app = createApp(host, { version: '0.0.0' });
    page = await openPage(app);
    expect((await list()).length).toBeGreaterThan(2);
    await page.api.clusters.signOut({ accountUri });
    await expect(list()).rejects.toMatchObject({ data: { code: 'signed-out' } });
  });

  const tabOf = (shellId: string) =>
    page.state().workspace.tabs.find((tab) => tab.kind === 'shell' && tab.shellId === shellId)?.id ?? '';
});
