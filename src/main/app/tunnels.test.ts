import { execFile } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { createCluster, type CreateClusterOptions } from '../../cluster/cluster.ts';
import { makeUser } from '../../cluster/users.ts';
import { type AccountUri, formatResourceUri, parseAccountUri } from '../../shared/uri/uri.ts';
import type { Host } from '../host/host.ts';
import { makeHost } from '../testing/host.ts';
import { openPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const cities =
  "CREATE TABLE cities (id int, name text); INSERT INTO cities VALUES (1, 'Turin'), (2, 'Gdańsk');";
const developer = {
  name: 'developer',
  logins: ['dev'],
  serverLabels: { '*': ['*'] },
  databaseUsers: ['lab', 'reader'],
  databaseNames: ['postgres'],
};

async function startCluster(options: Partial<CreateClusterOptions> = {}) {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [developer],
    databases: [
      { name: 'orders', protocol: 'postgres', labels: {}, target: { kind: 'embedded', setup: cities } },
    ],
    ...options,
  });
  cleanUps.push(() => cluster.stop());
  return { cluster, user };
}

type Started = Awaited<ReturnType<typeof startCluster>>;

async function startApp({ cluster, user }: Started, host: Host = makeHost()) {
  const app = createApp(host, {
    version: '0.0.0',
    demo: {
      address: cluster.address,
      caPem: cluster.webCaPem,
      userName: user.name,
      credentials: async () => ({
        password: user.password,
        oneTimeCode: cluster.core.users.currentCode(user.name),
      }),
    },
  });
  cleanUps.push(() => app.dispose());
  const page = await openPage(app);
  const { accountUri } = await page.api.clusters.signIn({ kind: 'demo' });
  return { app, host, page, accountUri };
}

function databaseUri(accountUri: AccountUri, id: string) {
  const account = parseAccountUri(accountUri);
  return formatResourceUri({
    address: account?.address ?? '',
    userName: account?.userName ?? '',
    kind: 'database',
    id,
  });
}

function psql(port: number, user: string, ...args: string[]) {
  const url = `postgres://${user}@127.0.0.1:${port}/postgres`;
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile('psql', ['-X', '-A', '-t', url, ...args], { timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

describe('a database tunnel', () => {
  it('gives rows to psql', async () => {
    const { page, accountUri } = await startApp(await startCluster());
    const resourceUri = databaseUri(accountUri, 'orders');
    expect(await page.api.tunnels.choices({ resourceUri })).toMatchObject({
      protocol: 'postgres',
      databaseUsers: ['lab', 'reader'],
      databaseNames: ['postgres'],
      anyDatabaseUser: false,
      needsSecondFactor: false,
    });
    const { tunnelId } = await page.api.tunnels.open({
      target: { kind: 'database', resourceUri, databaseUser: 'lab' },
      databaseName: 'postgres',
    });
    await expect.poll(() => page.state().tunnels[tunnelId]?.status.kind).toBe('ready');
    const { port } = page.state().tunnels[tunnelId] ?? { port: 0 };
    expect(await psql(port, 'lab', '-c', 'SELECT name FROM cities ORDER BY id')).toEqual({
      code: 0,
      out: 'Turin\nGdańsk\n',
      err: '',
    });
    await expect
      .poll(() => page.state().tunnels[tunnelId]?.traffic, { timeout: 5_000 })
      .toMatchObject({ openConnections: 0 });
  });
});
