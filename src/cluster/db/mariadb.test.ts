import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPing } from '../../main/protocol/codec/tunnel-alpn.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import { startMariadb, type TestServer } from '../testing/database-servers.ts';
import { TunnelClient } from '../testing/tunnel-client.ts';
import { makeUser } from '../users.ts';
import { packet } from './mysql-packets.ts';

const alpn = withPing('teleport-mysql');

describe('MariaDB behind the embedded cluster', () => {
  const user = makeUser('alice', ['developer']);
  let server: TestServer;
  let cluster: Cluster;
  let client: TunnelClient;

  beforeAll(async () => {
    server = await startMariadb({
      users: [{ name: 'lab', password: 'p-w-d' }],
      sql: "CREATE DATABASE labdb; CREATE TABLE labdb.cities (name VARCHAR(50)); INSERT INTO labdb.cities VALUES ('Turin'), ('Porto');",
    });
    const target = {
      kind: 'server' as const,
      host: server.host,
      port: server.port,
      passwordOf: () => 'p-w-d',
    };
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
          databaseUsers: ['lab', 'nobody'],
        },
      ],
      databases: [
        { name: 'maria', protocol: 'mysql', labels, target },
        { name: 'hidden', protocol: 'mysql', labels: { env: 'prod' }, target },
        { name: 'gone', protocol: 'mysql', labels, target: { ...target, port: 1 } },
      ],
    });
    client = await TunnelClient.signIn(cluster, user);
  });
  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
    await server?.stop();
  });

  async function mariadb(name: string, role: string, database: string, statement: string) {
    const port = await client.listen(alpn, await client.databaseKeys(name, 'mysql', 'lab'));
    const where = ['-h', '127.0.0.1', '--protocol', 'TCP', '-P', String(port), '--skip-ssl'];
    const what = ['-N', '-u', role, database, '-e', statement].filter((word) => word !== '');
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile('mariadb', ['--no-defaults', ...where, ...what], { timeout: 20_000 }, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
    });
  }

  it('gives rows to the mariadb client, without a password of its own', async () => {
    const result = await mariadb(
      'maria',
      'lab',
      'labdb',
      'SELECT name FROM cities; SELECT REPEAT("x", 300000)',
    );
    expect(result.err).toBe('');
    expect(result.out).toMatch(/^Turin\nPorto\nx{300000}\n$/);
  });

  it.each([
    [
      'a user that no role allows',
      'maria',
      'root',
      '',
      /ERROR 1105 \(HY000\).*access to db denied\. User does not have permissions/,
    ],
    ['labels that no role allows', 'hidden', 'lab', '', /ERROR 1105 \(HY000\).*access to db denied/],
    ['a server that is down', 'gone', 'lab', '', /ERROR 1105 \(HY000\).*connection refused/],
    [
      'a user that the server does not know',
      'maria',
      'nobody',
      '',
      /ERROR 1045 \(28000\): Access denied for user 'nobody'/,
    ],
    [
      'a database that the server does not have',
      'maria',
      'lab',
      'missing',
      /ERROR 1049 \(42000\): Unknown database/,
    ],
  ])('refuses %s in words that the client shows', async (_what, name, role, database, words) => {
    const { code, err } = await mariadb(name, role, database, 'SELECT 1');
    expect(err).toMatch(words);
    expect(code).not.toBe(0);
  });

  it('greets before the client says anything, and closes when somebody speaks out of turn', async () => {
    const socket = await client.dial(['teleport-mysql'], await client.databaseKeys('maria', 'mysql', 'lab'));
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    expect(greeting.readUInt8(4)).toBe(10);
    socket.write(packet(58, Buffer.alloc(40)));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('invalid sequence 58 != 1');
    await once(socket, 'close');
  });

  it('leaves no tunnel behind', async () => {
    client.dispose();
    await expect.poll(() => cluster.core.tunnels.count()).toBe(0);
  });
});
