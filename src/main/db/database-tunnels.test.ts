import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startMariadb,
  startPostgres,
  startRedis,
  type TestServer,
} from '../../cluster/testing/database-servers.ts';
import {
  dialLocal,
  readToEnd,
  type StartedApp,
  type StartedCluster,
  startTunnelApp,
  startTunnelCluster,
  until,
} from '../testing/tunnel-app.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 60_000, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

/** As a person does: the text that is offered, in a shell. */
const paste = (command: string, input: string) =>
  run('sh', ['-c', `printf '%s\\n' "$1" | ${command}`, 'sh', input]);

const psql = (port: number, user: string, ...args: string[]) =>
  run('psql', ['-X', '-A', '-t', `postgres://${user}@127.0.0.1:${port}/postgres`, ...args]);

describe('database tunnels', () => {
  const servers: TestServer[] = [];
  let started: StartedCluster;
  let app: StartedApp;

  beforeAll(async () => {
    const [postgres, mariadb, redis] = await Promise.all([
      startPostgres({
        sql: "CREATE ROLE lab LOGIN; CREATE TABLE cities (id int, name text); INSERT INTO cities VALUES (1, 'Turin'), (2, 'Gdańsk'); GRANT SELECT ON cities TO lab;",
      }),
      startMariadb({ users: [{ name: 'lab', password: 'pw' }] }),
      startRedis(),
    ]);
    servers.push(postgres, mariadb, redis);
    const target = (server: TestServer) => ({
      kind: 'server' as const,
      host: server.host,
      port: server.port,
    });
    started = await startTunnelCluster({
      databases: [
        { name: 'orders', protocol: 'postgres', labels: {}, target: target(postgres) },
        {
          name: 'maria',
          protocol: 'mysql',
          labels: {},
          target: { ...target(mariadb), passwordOf: () => 'pw' },
        },
        { name: 'cache', protocol: 'redis', labels: {}, target: target(redis) },
        { name: 'strange', protocol: 'teletype', labels: {}, target: target(redis) },
      ],
    });
    app = await startTunnelApp(started);
  });
  afterAll(async () => {
    await app?.app.dispose();
    await started?.cluster.stop();
    for (const server of servers) await server.stop();
  });

  const open = (id: string, databaseUser: string) =>
    app.openReady({ kind: 'database', resourceUri: app.uri('database', id), databaseUser });

  it('tell what may be chosen, and remember it', async () => {
    const resourceUri = app.uri('database', 'orders');
    expect(await app.page.api.tunnels.choices({ resourceUri })).toEqual({
      protocol: 'postgres',
      databaseUsers: ['lab', 'reader'],
      anyDatabaseUser: false,
      databaseNames: ['lab', 'missing', 'postgres'],
      anyDatabaseName: false,
      needsDatabaseUser: false,
      targetPorts: [],
      needsSecondFactor: false,
    });
    await app.page.api.tunnels.open({
      target: { kind: 'database', resourceUri, databaseUser: 'reader' },
      databaseName: 'postgres',
    });
    expect(await app.page.api.tunnels.choices({ resourceUri })).toMatchObject({
      lastDatabaseUser: 'reader',
      lastDatabaseName: 'postgres',
    });
  });

  it('give rows to psql, by the offered command, and count what flowed', async () => {
    const { id } = await open('orders', 'lab');
    await app.page.api.tunnels.setDatabaseName({ tunnelId: id, databaseName: 'postgres' });
    await until(() => app.tunnel(id).databaseName === 'postgres');
    const [command] = app.tunnel(id).commands;
    expect(command).toMatchObject({ title: 'psql', isInstalled: true });
    const result = await paste(
      `${command?.preview} -X -A -t`,
      "SELECT name FROM cities ORDER BY id; SELECT repeat('x', 3000000) AS big",
    );
    expect(result.err).toBe('');
    expect(result.out.slice(0, 20)).toContain('Turin\nGdańsk\n');
    expect(result.out.length).toBeGreaterThan(3_000_000);
    await until(() => app.tunnel(id).traffic.openConnections === 0);
    await until(() => app.tunnel(id).traffic.bytesToClient > 3_000_000);
    expect(app.tunnel(id).traffic.recent.some((count) => count > 1_000_000)).toBe(true);
  });

  it('cancel a running query', async () => {
    const { id, port } = await open('orders', 'lab');
    const result = await run('sh', [
      '-c',
      `timeout -s INT 1 psql -X postgres://lab@127.0.0.1:${port}/postgres -c 'SELECT pg_sleep(600)'`,
    ]);
    expect(result.err).toMatch(/cancel/i);
    // The request for it is answered by a close, which is no failure.
    expect(app.tunnel(id).lastError).toBeUndefined();
  });

  it('work with the MariaDB client, whose server speaks first', async () => {
    const { commands } = await open('maria', 'lab');
    const result = await paste(`${commands[0]?.preview} -N`, "SELECT CONCAT('rows ', 6*7)");
    expect(result).toMatchObject({ code: 0, out: 'rows 42\n' });
  });

  it('work with redis-cli', async () => {
    const { commands } = await open('cache', 'lab');
    expect(commands[0]).toMatchObject({ title: 'redis-cli' });
    const result = await paste(commands[0]?.preview ?? '', 'SET a 5\nINCR a');
    expect(result).toMatchObject({ code: 0, out: 'OK\n6\n' });
  });

  it('refuse before they open: a user, a database, a protocol', async () => {
    const attempt = (id: string, databaseUser: string) =>
      app.page.api.tunnels.open({
        target: { kind: 'database', resourceUri: app.uri('database', id), databaseUser },
      });
    await expect(attempt('orders', 'root')).rejects.toMatchObject({ data: { code: 'access-denied' } });
    await expect(attempt('no such "thing"', 'lab')).rejects.toMatchObject({
      data: { code: 'resource-gone' },
    });
    await expect(attempt('strange', 'lab')).rejects.toMatchObject({ data: { code: 'protocol-unsupported' } });
  });

  it('let the refusals of the cluster through to the client', async () => {
    const { port } = await open('orders', 'lab');
    expect((await psql(port, 'postgres', '-c', 'SELECT 1')).err).toMatch(/access to db denied/);
    const missing = await run('psql', ['-X', `postgres://lab@127.0.0.1:${port}/missing`, '-c', 'SELECT 1']);
    expect(missing.err).toMatch(/database "missing" does not exist/);
    started.cluster.core.tunnels.stopTarget('db', 'orders');
    expect((await psql(port, 'lab', '-c', 'SELECT 1')).err).toMatch(/refused/);
    started.cluster.core.tunnels.startTarget('db', 'orders');
    expect((await psql(port, 'lab', '-c', 'SELECT 1')).out).toBe('1\n');
  });

  it('tell a program that speaks TLS to the plain port what is wrong', async () => {
    const { id, port } = await open('orders', 'lab');
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => socket.once('error', resolve));
    await until(() => app.tunnel(id).lastError?.error.code === 'protocol-unsupported');
    expect(app.tunnel(id).lastError?.error.message).toContain('TLS');
  });

  it('tell a program that insists on TLS what is wrong', async () => {
    const { id, port } = await open('orders', 'lab');
    const url = `postgres://lab@127.0.0.1:${port}/postgres?sslmode=require`;
    expect((await run('psql', ['-X', url, '-c', 'SELECT 1'])).err).toMatch(/SSL/);
    await until(() => app.tunnel(id).lastError?.error.message.includes('insisted') ?? false);
  });

  it('do nothing for a client that says nothing', async () => {
    const { id, port } = await open('orders', 'lab');
    const before = started.cluster.core.tunnels.count('db', 'orders');
    const socket = await dialLocal(port);
    await until(() => app.tunnel(id).traffic.openConnections > 0);
    expect(started.cluster.core.tunnels.count('db', 'orders')).toBe(before);
    socket.end();
    expect((await readToEnd(socket)).length).toBe(0);
    await until(() => app.tunnel(id).traffic.openConnections === 0);
  });

  it('survive a proxy that is killed in a query, and go on when it is back', async () => {
    const { id, port } = await open('orders', 'lab');
    const running = psql(port, 'lab', '-c', 'SELECT pg_sleep(600)');
    await until(() => started.cluster.core.tunnels.count('db', 'orders') > 0);
    await until(() => app.tunnel(id).traffic.bytesToClient > 0);
    await started.cluster.suspend();
    expect((await running).code).not.toBe(0);
    await until(() => app.tunnel(id).lastError !== undefined);
    expect(app.tunnel(id).lastError?.error).toMatchObject({
      // The kept connection to the cluster may not know yet that it is cut, too.
      code: expect.stringMatching(/^connection-(refused|lost)$/) as string,
      message: 'A connection to the database orders was cut.',
    });
    const refused = await psql(port, 'lab', '-c', 'SELECT 1');
    expect(refused.code).not.toBe(0);
    await started.cluster.resume();
    expect((await psql(port, 'lab', '-c', 'SELECT 1')).out).toBe('1\n');
  });

  it('find out that a lock closed the connection', async () => {
    const { id, port } = await open('orders', 'lab');
    started.cluster.core.lock('alice', 'on holiday');
    expect((await psql(port, 'lab', '-c', 'SELECT 1')).code).not.toBe(0);
    await until(() => /access-denied|lock-in-force/.test(app.tunnel(id).lastError?.error.code ?? ''));
    started.cluster.core.users.setLock('alice', undefined);
  });

  it('leave no key in a file, the state or the log', () => {
    const key = /PRIVATE KEY|BEGIN CERTIFICATE|ecdsa-sha2-nistp256 AAAA/;
    const walk = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? walk(path) : [path];
      });
    const files = walk(app.host.dataFolder);
    expect(files.some((path) => path.endsWith('main.log'))).toBe(true);
    expect(files.some((path) => path.endsWith('tunnels.json'))).toBe(true);
    for (const path of files) expect(readFileSync(path, 'latin1'), path).not.toMatch(key);
    for (const message of app.page.crossed) expect(message).not.toMatch(key);
  });
});
