import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPing } from '../../main/protocol/codec/tunnel-alpn.ts';
import { fixtureCase, loadFixture } from '../../main/protocol/fixtures/fixture.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import { startRedis, type TestServer } from '../testing/database-servers.ts';
import { TunnelClient } from '../testing/tunnel-client.ts';
import { makeUser } from '../users.ts';

const password = 'lab-redis-1';
const recorded = loadFixture('tunnels/v18/db-sessions.json');

describe('Redis behind the embedded cluster', () => {
  const user = makeUser('alice', ['developer']);
  let server: TestServer;
  let cluster: Cluster;
  let client: TunnelClient;

  beforeAll(async () => {
    server = await startRedis({ users: [{ name: 'lab', password }] });
    const target = { kind: 'server' as const, host: server.host, port: server.port };
    const labels = { env: 'test' };
    cluster = await createCluster({
      name: 'db.porthole',
      users: [user],
      roles: [
        {
          name: 'developer',
          logins: ['dev'],
          serverLabels: {},
          databaseLabels: { env: ['test'] },
          databaseUsers: ['lab', 'default'],
        },
      ],
      databases: [
        { name: 'redis', protocol: 'redis', labels, target },
        { name: 'known', protocol: 'redis', labels, target: { ...target, passwordOf: () => password } },
        { name: 'gone', protocol: 'redis', labels, target: { ...target, port: 1 } },
      ],
    });
    client = await TunnelClient.signIn(cluster, user);
  });
  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
    await server?.stop();
  });

  async function redisCli(name: string, role: string, script: string) {
    const keys = await client.databaseKeys(name, 'redis', role);
    const port = await client.listen(withPing('teleport-redis'), keys);
    const child = spawn('redis-cli', ['-h', '127.0.0.1', '-p', String(port)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stdin.end(script);
    await once(child, 'exit');
    return out;
  }

  it('gives values to redis-cli', async () => {
    const out = await redisCli(
      'redis',
      'default',
      'SET greeting "hello from the lab"\nGET greeting\nEVAL "return {1,{2,3}}" 0\n',
    );
    expect(out).toBe('OK\nhello from the lab\n1\n2\n3\n');
  });

  it('logs in with the password that the cluster knows', async () => {
    expect(await redisCli('known', 'lab', 'ACL WHOAMI\n')).toBe('lab\n');
  });

  it.each([
    [
      'a user that no role allows',
      'redis',
      'root',
      /ERR Teleport: access to db denied\. User does not have permissions/,
    ],
    ['a server that is down', 'gone', 'lab', /ERR Teleport: connection refused/],
  ])('refuses %s in words that redis-cli shows', async (_what, name, role, words) => {
    expect(await redisCli(name, role, 'PING\n')).toMatch(words);
  });

  /** Plays the client's side of a recording; gives what came back. */
  async function replay(
    name: string,
    role: string,
  ): Promise<{ got: string; wanted: string; stream: Duplex }> {
    const exchange = fixtureCase(recorded, name)['exchange'] as { from: string; b64: string }[];
    const stream = await client.dial(['teleport-redis'], await client.databaseKeys('redis', 'redis', role));
    let got = '';
    stream.on('data', (chunk: Buffer) => {
      got += chunk.toString();
    });
    let wanted = '';
    for (const { from, b64 } of exchange) {
      const bytes = Buffer.from(b64, 'base64');
      if (from === 'client') stream.write(bytes);
      else {
        wanted += bytes.toString();
        await expect.poll(() => got.length).toBeGreaterThanOrEqual(wanted.length);
      }
    }
    return { got, wanted, stream };
  }

  it.each([
    ['redis-ping', 'default'],
    ['redis-hello', 'default'],
    ['redis-auth-wrong-password', 'lab'],
    ['redis-auth-other-user', 'lab'],
    ['redis-auth-no-user', 'lab'],
    ['redis-unsupported', 'default'],
    ['redis-user-refused', 'nobody'],
    ['redis-user-refused-hello', 'nobody'],
  ])('answers the recording %s as a real cluster did', async (name, role) => {
    const { got, wanted, stream } = await replay(name, role);
    expect(got).toBe(wanted);
    if (name.startsWith('redis-user-refused') && !stream.closed) await once(stream, 'close');
  });

  it('keeps the order when its own answers stand between those of the server', async () => {
    const stream = await client.dial(
      ['teleport-redis'],
      await client.databaseKeys('redis', 'redis', 'default'),
    );
    let got = '';
    stream.on('data', (chunk: Buffer) => {
      got += chunk.toString();
    });
    stream.write('PING\r\nHELLO 3\r\nECHO a\r\nQUIT\r\nECHO b\r\n');
    await expect
      .poll(() => got)
      .toMatch(/^\+PONG\r\n-ERR unknown command 'HELLO'[^\r]*\r\n\$1\r\na\r\n\+OK\r\n\$1\r\nb\r\n$/);
  });

  it('leaves no tunnel behind', async () => {
    client.dispose();
    await expect.poll(() => cluster.core.tunnels.count()).toBe(0);
  });
});
