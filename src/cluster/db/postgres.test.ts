import { execFile } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withPing } from '../../main/protocol/codec/tunnel-alpn.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import { startPostgres, type TestServer } from '../testing/database-servers.ts';
import { TunnelClient } from '../testing/tunnel-client.ts';
import { makeUser } from '../users.ts';

const password = 'p "w\' d';
const cities =
  "CREATE TABLE cities (id int, name text); INSERT INTO cities VALUES (1, 'Turin'), (2, 'Gdańsk');";
const developer = {
  name: 'developer',
  logins: ['dev'],
  serverLabels: {},
  databaseLabels: { env: ['test'] },
  databaseUsers: ['lab', 'scram', 'nobody'],
  databaseNames: ['postgres', 'lab', 'missing'],
};

function psql(port: number, user: string, database: string, ...args: string[]) {
  const command = [
    '-X',
    '-A',
    '-t',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    user,
    '-d',
    database,
    ...args,
  ];
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile('psql', command, { timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

describe('PostgreSQL behind the embedded cluster', () => {
  const user = makeUser('alice', ['developer']);
  let server: TestServer;
  let cluster: Cluster;
  let client: TunnelClient;

  beforeAll(async () => {
    server = await startPostgres({
      authentication: 'scram-sha-256',
      users: [{ name: 'scram', password: password.replaceAll("'", "''") }],
      sql: `${cities} CREATE ROLE lab LOGIN;`,
    });
    const target = { kind: 'server' as const, host: server.host, port: server.port };
    cluster = await createCluster({
      name: 'db.porthole',
      users: [user],
      roles: [developer],
      databases: [
        {
          name: 'embedded',
          protocol: 'postgres',
          labels: { env: 'test' },
          target: { kind: 'embedded', setup: cities },
        },
        {
          name: 'real',
          protocol: 'postgres',
          labels: { env: 'test' },
          target: { ...target, passwordOf: (name) => (name === 'scram' ? password : undefined) },
        },
        { name: 'hidden', protocol: 'postgres', labels: { env: 'prod' }, target },
        { name: 'gone', protocol: 'postgres', labels: { env: 'test' }, target: { ...target, port: 1 } },
      ],
    });
    client = await TunnelClient.signIn(cluster, user);
  });
  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
    await server?.stop();
  });
  afterEach(() => cluster.core.tunnels.startTarget('db', 'embedded'));

  const open = async (name: string, alpn = withPing('teleport-postgres')) =>
    client.listen(alpn, await client.databaseKeys(name, 'postgres', 'lab'));

  it.each([
    ['embedded', 'lab', ['teleport-postgres']],
    ['embedded', 'lab', withPing('teleport-postgres')],
    ['real', 'scram', withPing('teleport-postgres')],
    ['real', 'scram', ['http/1.1']],
  ])('serves rows of the %s one to %s through %s', async (name, role, alpn) => {
    const result = await psql(
      await open(name, alpn),
      role,
      'postgres',
      '-c',
      'SELECT name FROM cities ORDER BY id',
    );
    expect(result).toEqual({ code: 0, out: 'Turin\nGdańsk\n', err: '' });
  });

  it('copies in and out, and keeps errors inside a transaction', async () => {
    for (const name of ['embedded', 'real']) {
      const port = await open(name);
      const script = [
        'CREATE TABLE copied (i int)',
        "\\copy copied FROM PROGRAM 'seq 1 1000'",
        'SELECT sum(i) FROM copied',
        'BEGIN',
        'SELECT nonsense',
        'SELECT 1',
        'ROLLBACK',
        "SELECT 'still here'",
        'DROP TABLE copied',
      ].flatMap((line) => ['-c', line]);
      const { out, err } = await psql(port, 'scram', 'postgres', ...script);
      expect(out).toContain('500500\n');
      expect(out).toContain('still here\n');
      expect(err).toMatch(/column "nonsense" does not exist[\s\S]*current transaction is aborted/);
    }
  });

  it('shares the embedded one between clients that come and go in the middle of transactions', async () => {
    const port = await open('embedded');
    const count = (n: number) =>
      psql(port, 'lab', 'lab', '-c', `BEGIN; INSERT INTO cities VALUES (${n}, 'x'); SELECT pg_sleep(0.01)`);
    await Promise.all(Array.from({ length: 12 }, (_, n) => count(100 + n)));
    const { out } = await psql(port, 'lab', 'lab', '-c', 'SELECT count(*) FROM cities');
    expect(out).toBe('2\n');
  });

  it.each([
    [
      'a user that no role allows',
      'embedded',
      'postgres',
      'postgres',
      /access to db denied\. User does not have permissions/,
    ],
    ['a database name that no role allows', 'real', 'scram', 'other', /access to db denied/],
    ['labels that no role allows', 'hidden', 'scram', 'postgres', /Confirm database user and name/],
    ['a server that is down', 'gone', 'scram', 'postgres', /connection refused/],
    [
      'a user that the server does not know',
      'real',
      'nobody',
      'postgres',
      /FATAL: .*"nobody".*\(SQLSTATE 28/,
    ],
    [
      'a database that the server does not have',
      'real',
      'scram',
      'missing',
      /database "missing" does not exist/,
    ],
    [
      'a database that the cluster does not have',
      'nowhere',
      'lab',
      'postgres',
      /server closed the connection/,
    ],
  ])('refuses %s in words that psql shows', async (_what, name, role, database, words) => {
    const { code, err } = await psql(await open(name), role, database, '-c', 'SELECT 1');
    expect(err).toMatch(words);
    expect(code).not.toBe(0);
  });

  it('goes down and comes back', async () => {
    const port = await open('embedded');
    cluster.core.tunnels.stopTarget('db', 'embedded');
    expect((await psql(port, 'lab', 'lab', '-c', 'SELECT 1')).err).toContain('connection refused');
    cluster.core.tunnels.startTarget('db', 'embedded');
    expect((await psql(port, 'lab', 'lab', '-c', 'SELECT 1')).out).toBe('1\n');
  });

  it('leaves no tunnel behind', async () => {
    await expect.poll(() => cluster.core.tunnels.count()).toBe(0);
  });
});
