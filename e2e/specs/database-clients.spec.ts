import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMariadb, startRedis, type TestServer } from '../../src/cluster/testing/database-servers.ts';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { expectAccessible } from '../support/axe.ts';
import { runLine } from '../support/programs.ts';
import { startTunnelCluster, type TunnelCluster } from '../support/tunnel-cluster.ts';
import { expect, test as base } from '../support/tunnel-test.ts';

interface ServerFixtures {
  /** A cluster with a MariaDB and a Redis beside the rest. */
  serverCluster: TunnelCluster;
  withServers: Porthole;
}

const test = base.extend<ServerFixtures>({
  serverCluster: async ({}, use) => {
    const [mariadb, redis] = await Promise.all([
      startMariadb({
        users: [{ name: 'reader', password: 'pw' }],
        sql: "CREATE DATABASE harbour; CREATE TABLE harbour.ships (name VARCHAR(50)); INSERT INTO harbour.ships VALUES ('Aurora'), ('Zoë');",
      }),
      startRedis(),
    ]);
    const at = ({ host, port }: TestServer) => ({ kind: 'server' as const, host, port });
    const labels = { env: 'test' };
    const cluster = await startTunnelCluster(
      { databaseUsers: ['default', 'reader'] },
      {
        databases: [
          { name: 'harbour', protocol: 'mysql', labels, target: { ...at(mariadb), passwordOf: () => 'pw' } },
          { name: 'cache', protocol: 'redis', labels, target: at(redis) },
          { name: 'documents', protocol: 'mongodb', labels, target: at(redis) },
        ],
      },
    );
    await use(cluster);
    await cluster.stop();
    await Promise.all([mariadb.stop(), redis.stop()]);
  },
  withServers: async ({ porthole, serverCluster }, use) => {
    await porthole.signIn.complete(serverCluster);
    await use(porthole);
  },
});

const installedVersion = () => /[\d.]+-MariaDB/.exec(execFileSync('mariadbd', ['--version']).toString())?.[0];

test('MariaDB: its client connects by the offered command, and in a terminal tab', async ({
  withServers,
}) => {
  const { list, connect, tunnel, shell } = withServers;
  await list.connect('harbour');
  await connect.choose('reader', 'harbour');
  await tunnel.expectReady('harbour');
  const command = await tunnel.copied('Copy command');
  expect(command).toContain('--user=reader');
  const rows = await runLine(`${command} --default-character-set=utf8mb4 -e "SELECT name FROM ships"`);
  expect(rows.output).toBe('name\nAurora\nZoë\n');
  const version = await runLine(`${command} -N -e "SELECT VERSION()"`);
  expect(version.output).toContain(installedVersion() ?? 'a version');
  await tunnel.button('Run').click();
  await shell.expectOpen();
  await shell.expectText(/\[harbour\]>/);
  await shell.run('SELECT COUNT(*) AS ships FROM ships;');
  await shell.expectText(/\|\s+2 \|/);
});

test('Redis: redis-cli connects, also when it says HELLO and AUTH first', async ({ withServers }) => {
  const { list, connect, tunnel } = withServers;
  await list.connect('cache');
  await connect.choose('default');
  await tunnel.expectReady('cache');
  const command = await tunnel.copied('Copy command');
  expect((await runLine(`${command} SET ship Aurora`)).output).toBe('OK\n');
  expect((await runLine(`${command} GET ship`)).output).toBe('Aurora\n');
  // `-3` makes it say HELLO, and the cluster answers as one that speaks RESP2 alone.
  expect((await runLine(`${command} -3 GET ship`)).output).toContain('Aurora');
  expect((await runLine(`printf 'AUTH default x\\nGET ship\\n' | ${command}`)).output).toContain('Aurora');
});

test('a program that is missing is told with how to get it; once it is there, Run works', async ({
  page,
  serverCluster,
}) => {
  const programs = mkdtempSync(join(tmpdir(), 'porthole-programs-'));
  const app = await startApp({ env: { PATH: programs } });
  try {
    const porthole = new Porthole(page);
    const { list, connect, tunnel, shell } = porthole;
    await porthole.open(app.address);
    await porthole.signIn.complete(serverCluster);
    await list.connect('shop');
    await connect.choose('reader', 'postgres');
    await tunnel.expectReady('shop');
    await expect(tunnel.region).toContainText(
      'psql was not found on this machine. Install postgresql-client',
    );
    await expect(tunnel.button('Run')).toHaveAttribute('aria-disabled', 'true');
    await expect(tunnel.button('Run')).toHaveAccessibleDescription(/Install postgresql-client/);
    await tunnel.button('Run').press('Enter');
    await expect(porthole.tabs).toHaveCount(2);
    await expectAccessible(page, 'missing program');
    // The address is of use for any other program.
    const there = await runLine(`psql "${await tunnel.copied('Copy connection string')}" -c "SELECT 42"`);
    expect(there.output).toContain('42');
    const psql = execFileSync('sh', ['-c', 'command -v psql']).toString().trim();
    symlinkSync(psql, join(programs, 'psql'));
    await tunnel.button('Look again').click();
    await expect(tunnel.region).not.toContainText('was not found');
    await tunnel.button('Run').click();
    await shell.expectOpen();
    await expect(porthole.tabs).toHaveCount(3);
    // Two programs speak MySQL, and each can be looked at.
    await porthole.tab('Resources').click();
    await list.connect('harbour');
    await connect.choose('reader', 'harbour');
    await tunnel.expectReady('harbour');
    await tunnel.program(/^mysql/).click();
    await expect(tunnel.region).toContainText(
      'mysql was not found on this machine. Install the MySQL client.',
    );
  } finally {
    await app.cleanUp();
    rmSync(programs, { recursive: true, force: true });
  }
});

test('MongoDB needs a user, and its command waits for mongosh', async ({ withServers }) => {
  const { page, list, connect, tunnel } = withServers;
  await list.connect('documents');
  await connect.user.fill('');
  await page.keyboard.press('Enter');
  await expect(connect.dialog).toContainText('cannot do without a user');
  await connect.choose('reader', 'archive');
  await tunnel.expectReady('documents');
  expect(await tunnel.copied('Copy connection string')).toMatch(
    /^mongodb:\/\/127\.0\.0\.1:\d+\/archive\?directConnection=true/,
  );
});

test('the refusal of a wrong database reaches the program in its own words', async ({ withServers }) => {
  const { list, connect, tunnel } = withServers;
  await list.connect('shop');
  await connect.choose('reader', 'payroll');
  await tunnel.expectReady('shop');
  const refused = await runLine(`${await tunnel.copied('Copy command')} -c "SELECT 1"`);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(/FATAL: .*denied/);
  await withServers.tab('Resources').click();
  await list.connect('harbour');
  await connect.choose('reader', 'nowhere');
  await tunnel.expectReady('harbour');
  const unknown = await runLine(`${await tunnel.copied('Copy command')} -e "SELECT 1"`);
  expect(unknown.output).toContain("Unknown database 'nowhere'");
});
