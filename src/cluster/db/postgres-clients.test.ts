import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPing } from '../../main/protocol/codec/tunnel-alpn.ts';
import { issueTls, makeTlsAuthority } from '../authorities.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import type { Pose } from '../pose.ts';
import { startPostgres, type TestServer } from '../testing/database-servers.ts';
import { TunnelClient } from '../testing/tunnel-client.ts';
import { makeUser } from '../users.ts';
import { message, MessageSplitter, startupMessage } from './postgres-messages.ts';

const labels = { env: 'test' };
const plain = ['teleport-postgres'];
const role = {
  name: 'developer',
  logins: ['dev'],
  serverLabels: { '*': ['*'] },
  databaseUsers: ['*'],
  databaseNames: ['*'],
};

async function start(server: TestServer, pose: Pose = 'v18', now?: () => Date) {
  const users = [makeUser('alice', ['developer']), makeUser('bob', ['developer'])] as const;
  const target = {
    kind: 'server' as const,
    host: server.host,
    port: server.port,
    passwordOf: () => 'secret',
  };
  const cluster = await createCluster({
    name: 'db.porthole',
    pose,
    users,
    roles: [role],
    ...(now ? { now } : {}),
    databases: [
      { name: 'real', protocol: 'postgres', labels, target },
      { name: 'embedded', protocol: 'postgres', labels, target: { kind: 'embedded' } },
    ],
  });
  return { cluster, users, client: await TunnelClient.signIn(cluster, users[0]) };
}

function run(program: string, args: string[]) {
  return new Promise<{ code: number; out: string }>((resolve) => {
    execFile(program, args, { timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: out + err });
    });
  });
}
const at = (port: number, user = 'lab') => ['-h', '127.0.0.1', '-p', String(port), '-U', user];

describe('PostgreSQL’s own programs', () => {
  let server: TestServer;
  let cluster: Cluster;
  let client: TunnelClient;
  let users: Awaited<ReturnType<typeof start>>['users'];

  beforeAll(async () => {
    server = await startPostgres({ authentication: 'md5', users: [{ name: 'lab', password: 'secret' }] });
    ({ cluster, client, users } = await start(server));
  });
  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
    await server?.stop();
  });
  const open = async (name: string, alpn = plain) =>
    client.listen(alpn, await client.databaseKeys(name, 'postgres', 'lab'));

  // pgbench prepares statements without looking at its other clients, which hold the one session of the embedded engine.
  it.each([
    ['real', 4, ['simple', 'extended', 'prepared']],
    ['embedded', 1, ['simple', 'extended', 'prepared']],
    ['embedded', 4, ['simple', 'extended']],
  ])(
    'pgbench works on the %s one with %i clients',
    async (name, clients, modes) => {
      const where = [...at(await open(name)), 'postgres'];
      expect((await run('pgbench', ['-i', '-q', '-I', 'dtgp', ...where])).out).toMatch(/done in/);
      for (const mode of modes) {
        const { code, out } = await run('pgbench', [
          '-n',
          '-M',
          mode,
          '-c',
          String(clients),
          '-t',
          '10',
          ...where,
        ]);
        expect(out).toContain(`number of transactions actually processed: ${clients * 10}/${clients * 10}`);
        expect(code).toBe(0);
      }
    },
    120_000,
  );

  it('Ctrl+C ends the query on the server', async () => {
    const port = await open('real', withPing('teleport-postgres'));
    const child = spawn('psql', ['-X', ...at(port), '-d', 'postgres', '-c', 'SELECT pg_sleep(60)']);
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await expect.poll(async () => (await sleeping()).trim(), { timeout: 10_000 }).toBe('1');
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(err).toContain('canceling statement due to user request');
  });
  const sleeping = async () =>
    (
      await run('psql', [
        '-X',
        '-A',
        '-t',
        ...at(server.port, 'postgres'),
        '-d',
        'postgres',
        '-c',
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'",
      ])
    ).out;

  it('a client that vanishes ends its session on the server', async () => {
    const port = await open('real');
    const child = spawn('psql', ['-X', ...at(port), '-d', 'postgres', '-c', 'SELECT pg_sleep(2)'], {
      stdio: 'ignore',
    });
    await expect.poll(async () => (await sleeping()).trim(), { timeout: 10_000 }).toBe('1');
    child.kill('SIGKILL');
    await expect.poll(() => cluster.core.tunnels.count('db', 'real'), { timeout: 10_000 }).toBe(0);
    await expect.poll(async () => (await sleeping()).trim(), { timeout: 10_000 }).toBe('0');
  });

  it('a lock cuts live sessions and refuses new ones', async () => {
    const bob = await TunnelClient.signIn(cluster, users[1]);
    try {
      const keys = await bob.databaseKeys('real', 'postgres', 'lab');
      const live = await logIn(bob, keys);
      const closed = once(live, 'close');
      cluster.core.lock('bob', 'gone');
      await closed;
      const next = await bob.dial(plain, keys);
      await once(next, 'close');
      await expect(bob.databaseKeys('real', 'postgres', 'lab')).rejects.toThrow('access denied');
    } finally {
      bob.dispose();
    }
  });

  it('200 clients at once are served, and none is left behind', async () => {
    const keys = await client.databaseKeys('embedded', 'postgres', 'lab');
    const sockets = await Promise.all(Array.from({ length: 200 }, () => logIn(client, keys)));
    expect(cluster.core.tunnels.count('db', 'embedded')).toBe(200);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => cluster.core.tunnels.count(), { timeout: 10_000 }).toBe(0);
  });

  it('a slow reader does not make results pile up', async () => {
    const socket = await logIn(client, await client.databaseKeys('embedded', 'postgres', 'lab'));
    socket.pause();
    for (let n = 0; n < 60; n += 1) socket.write(message('Q', Buffer.from("SELECT repeat('x', 1000000)\0")));
    const before = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(process.memoryUsage().rss - before).toBeLessThan(40 << 20);
    socket.destroy();
  });
});

/** Past the greeting of the database. */
async function logIn(client: TunnelClient, keys: { key: string; cert: string }) {
  const socket = await client.dial(plain, keys);
  socket.write(
    startupMessage(
      new Map([
        ['user', 'lab'],
        ['database', 'postgres'],
      ]),
    ),
  );
  const splitter = new MessageSplitter();
  await new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      if (!splitter.push(chunk)?.some(({ type }) => type === 'Z')) return;
      socket.removeListener('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.once('close', () => reject(new Error('closed')));
  });
  return socket;
}

describe('certificates that end', () => {
  it('keep 50 open sessions alive and open no new one', async () => {
    const server = await startPostgres({
      authentication: 'password',
      users: [{ name: 'lab', password: 'secret' }],
    });
    let shift = 0;
    const { cluster, client } = await start(server, 'v18', () => new Date(Date.now() + shift));
    try {
      const keys = await client.databaseKeys('real', 'postgres', 'lab');
      const sockets = await Promise.all(Array.from({ length: 50 }, () => logIn(client, keys)));
      shift = 2 * 3_600_000;
      await once(await client.dial(plain, keys), 'close');
      await Promise.all(
        sockets.map(async (socket) => {
          socket.write(message('Q', Buffer.from('SELECT 1\0')));
          expect(String((await once(socket, 'data'))[0])).toContain('SELECT 1');
        }),
      );
    } finally {
      client.dispose();
      await cluster.stop();
      await server.stop();
    }
  });
});

describe('a server that wants TLS and client certificates', () => {
  it('gets the certificate that the cluster holds for it', async () => {
    const now = new Date();
    const authority = await makeTlsAuthority('databases', 'modern', now);
    const issue = async (name: string) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const certificate = await issueTls(authority, {
        publicKey,
        subject: [{ CN: [name] }],
        dnsNames: [name],
        notBefore: new Date(now.getTime() - 60_000),
        notAfter: new Date(now.getTime() + 3_600_000),
      });
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { ca: authority.pem, certificate, key };
    };
    const [own, ours] = await Promise.all([issue('localhost'), issue('lab')]);
    const server = await startPostgres({ tls: own, users: [{ name: 'lab', password: 'unused' }] });
    const { cluster, client } = await start(server);
    try {
      cluster.addDatabase({
        name: 'guarded',
        protocol: 'postgres',
        labels,
        target: { kind: 'server', host: server.host, port: server.port, tls: ours },
      });
      const answerOf = async (name: string) => {
        const port = await client.listen(plain, await client.databaseKeys(name, 'postgres', 'lab'));
        const question = 'SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
        return run('psql', ['-X', '-A', '-t', ...at(port), '-d', 'postgres', '-c', question]);
      };
      expect(await answerOf('guarded')).toEqual({ code: 0, out: 't|/CN=lab\n' });
      expect((await answerOf('real')).out).toMatch(/FATAL: .*no encryption.*\(SQLSTATE 28000\)/);
    } finally {
      client.dispose();
      await cluster.stop();
      await server.stop();
    }
  });
});

describe('an old cluster', () => {
  it('cannot cancel, as v11 cannot', async () => {
    const server = await startPostgres();
    const { cluster, client } = await start(server, 'v11');
    try {
      const port = await client.listen(plain, await client.databaseKeys('real', 'postgres', 'postgres'));
      const args = ['-X', '-A', '-t', ...at(port, 'postgres'), '-d', 'postgres', '-c', 'SELECT pg_sleep(2)'];
      const child = spawn('psql', args);
      let err = '';
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString();
      });
      await expect.poll(() => cluster.core.tunnels.count('db', 'real'), { timeout: 10_000 }).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill('SIGINT');
      await once(child, 'exit');
      expect(err).not.toContain('canceling statement');
    } finally {
      client.dispose();
      await cluster.stop();
      await server.stop();
    }
  });
});
