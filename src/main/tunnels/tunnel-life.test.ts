import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../cluster/testing/database-servers.ts';
import { makeHost } from '../testing/host.ts';
import {
  dialLocal,
  readSome,
  readToEnd,
  type StartedApp,
  type StartedCluster,
  startTunnelApp,
  startTunnelCluster,
  until,
} from '../testing/tunnel-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A cluster with a TCP app that says everything back. */
async function start(options: Parameters<typeof startTunnelCluster>[0] = {}): Promise<StartedCluster> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const started = await startTunnelCluster({
    apps: [{ name: 'echo', uri: `tcp://127.0.0.1:${portOf(server)}`, labels: {} }],
    ...options,
  });
  cleanUps.push(async () => {
    await started.cluster.stop();
    server.close();
  });
  return started;
}

async function startApp(
  started: StartedCluster,
  options: Parameters<typeof startTunnelApp>[1] = {},
): Promise<StartedApp> {
  const app = await startTunnelApp(started, options);
  cleanUps.push(() => app.app.dispose());
  return app;
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

const echoTarget = (app: StartedApp) => ({ kind: 'app' as const, resourceUri: app.uri('app', 'echo') });

async function echo(port: number, text = 'hello', host = '127.0.0.1'): Promise<string> {
  const socket = await dialLocal(port, host);
  socket.write(text);
  const back = await Promise.race([readSome(socket, text.length), once(socket, 'end').then(() => '')]);
  socket.destroy();
  return back.toString();
}

describe('a tunnel', () => {
  it('listens on both loopback addresses and on nothing else', async () => {
    const app = await startApp(await start());
    const { port, address, protocol } = await app.openReady(echoTarget(app));
    expect({ address, protocol }).toEqual({ address: `127.0.0.1:${port}`, protocol: 'tcp' });
    expect(await echo(port)).toBe('hello');
    expect(await echo(port, 'six', '::1')).toBe('six');
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const listening = ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && fields[1]?.endsWith(`:${hex}`))
      .map((fields) => fields[1]);
    expect(listening.sort()).toEqual([`00000000000000000000000001000000:${hex}`, `0100007F:${hex}`]);
  });

  it('keeps its id and port over restarts, listens at once, and comes up with its first connection', async () => {
    const started = await start();
    const host = makeHost();
    const first = await startApp(started, { host });
    const { id, port } = await first.openReady(echoTarget(first));
    await first.app.dispose();
    await expect(echo(port)).rejects.toThrow(/ECONNREFUSED/);

    const second = await startApp(started, { host, signsIn: false });
    await until(() => second.page.state().tunnels[id]?.status.kind === 'idle');
    const waiting = echo(port);
    await until(() => second.tunnel(id).status.kind === 'waiting');
    const [prompt] = Object.values(second.page.state().prompts);
    expect(prompt).toMatchObject({ kind: 'sign-in', accountUri: second.accountUri });
    await second.page.api.clusters.signIn({ kind: 'demo' });
    expect(await waiting).toBe('hello');
    expect(second.page.state().prompts).toEqual({});
    expect(second.tunnel(id)).toMatchObject({ port, status: { kind: 'ready' } });
    const again = await second.page.api.tunnels.open({ target: echoTarget(second) });
    expect(again.tunnelId).toBe(id);
  });

  it('is closed by a sign-out, and keeps its port', async () => {
    const app = await startApp(await start());
    const { id, port } = await app.openReady(echoTarget(app));
    const socket = await dialLocal(port);
    socket.write('a');
    await readSome(socket, 1);
    await app.page.api.clusters.signOut({ accountUri: app.accountUri });
    await until(() => app.tunnel(id).status.kind === 'closed');
    await readToEnd(socket);
    await expect(echo(port)).rejects.toThrow(/ECONNREFUSED/);
    await app.page.api.clusters.signIn({ kind: 'demo' });
    expect((await app.openReady(echoTarget(app))).port).toBe(port);
  });

  it('goes on with 50 open connections when the session ends; one sign-in lets all new ones through', async () => {
    let ahead = 0;
    const now = () => new Date(Date.now() + ahead);
    const started = await start({ now });
    const app = await startApp(started, { now });
    const { id, port } = await app.openReady(echoTarget(app));
    const pool = await Promise.all(Array.from({ length: 50 }, () => dialLocal(port)));
    for (const socket of pool) socket.write('1');
    await Promise.all(pool.map((socket) => readSome(socket, 1)));
    ahead = 13 * 3_600_000;
    const late = Array.from({ length: 10 }, (_, n) => echo(port, `late ${n}`));
    await until(() => app.tunnel(id).status.kind === 'waiting');
    expect(Object.values(app.page.state().prompts)).toHaveLength(1);
    for (const socket of pool) socket.write('2');
    await Promise.all(pool.map((socket) => readSome(socket, 1)));
    await app.page.api.clusters.signIn({ kind: 'demo' });
    expect(await Promise.all(late)).toEqual(late.map((_, n) => `late ${n}`));
    expect(pool.every((socket) => !socket.destroyed)).toBe(true);
    for (const socket of pool) socket.destroy();
  });

  it('closes what waits when the person closes the question, says so, and does not ask again at once', async () => {
    const started = await start();
    const host = makeHost();
    const first = await startApp(started, { host });
    const { id, port } = await first.openReady(echoTarget(first));
    await first.app.dispose();
    const app = await startApp(started, { host, signsIn: false });
    await until(() => app.page.state().tunnels[id]?.status.kind === 'idle');
    const waiting = echo(port);
    await until(() => Object.keys(app.page.state().prompts).length === 1);
    const [promptId] = Object.keys(app.page.state().prompts);
    await app.page.api.prompts.cancel({ promptId: promptId ?? '' });
    expect(await waiting).toBe('');
    await until(() => app.tunnel(id).status.kind === 'failed');
    expect(app.tunnel(id).lastError?.error.code).toBe('cancelled');
    expect(await echo(port)).toBe('');
    expect(app.page.state().prompts).toEqual({});
    await expect(app.page.api.prompts.cancel({ promptId: promptId ?? '' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  it('names the program that holds its port, offers another, and never moves by itself', async () => {
    const app = await startApp(await start());
    const port = await freePort();
    const holder = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`,
    ]);
    cleanUps.push(() => void holder.kill());
    await once(holder.stdout, 'data');
    const open = app.page.api.tunnels.open({ target: echoTarget(app), port });
    const error = await open.catch((reason: unknown) => reason as { data: Record<string, unknown> });
    expect(error).toMatchObject({
      data: {
        code: 'port-taken',
        facts: { port: String(port), pid: String(holder.pid), program: expect.stringMatching(/node/i) },
      },
    });
    expect(app.page.state().tunnels).toEqual({});
    const free = Number((error as { data: { facts: Record<string, string> } }).data.facts['freePort']);
    const { tunnelId } = await app.page.api.tunnels.open({ target: echoTarget(app), port: free });
    expect(await echo(free)).toBe('hello');
    // A move to the taken port leaves the listener where it is.
    await expect(app.page.api.tunnels.setPort({ tunnelId, port })).rejects.toMatchObject({
      data: { code: 'port-taken' },
    });
    expect(await echo(free)).toBe('hello');
    const { port: next } = await app.page.api.tunnels.suggestPort({ tunnelId });
    await app.page.api.tunnels.setPort({ tunnelId, port: next });
    expect(await echo(next)).toBe('hello');
    await expect(echo(free)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is refused a port that belongs to another tunnel, also a closed one', async () => {
    const app = await startApp(
      await start({
        databases: [{ name: 'orders', protocol: 'postgres', labels: {}, target: { kind: 'embedded' } }],
      }),
    );
    const { id, port } = await app.openReady(echoTarget(app));
    await app.page.api.tunnels.close({ tunnelId: id });
    const other = {
      kind: 'database' as const,
      resourceUri: app.uri('database', 'orders'),
      databaseUser: 'lab',
    };
    await expect(app.page.api.tunnels.open({ target: other, port })).rejects.toMatchObject({
      data: { code: 'port-taken', message: expect.stringContaining('echo') },
    });
    await app.page.api.tunnels.forget({ tunnelId: id });
    await expect(app.page.api.tunnels.open({ target: other, port })).resolves.toBeDefined();
  });

  it('stays closed when its kept port was taken meanwhile, and listens again on demand', async () => {
    const started = await start();
    const host = makeHost();
    const first = await startApp(started, { host });
    const { id, port } = await first.openReady(echoTarget(first));
    await first.app.dispose();
    const thief = createServer().listen(port, '127.0.0.1');
    await once(thief, 'listening');
    const app = await startApp(started, { host });
    await until(() => {
      const status = app.page.state().tunnels[id]?.status;
      return status?.kind === 'closed' && status.error?.code === 'port-taken';
    });
    thief.close();
    await app.page.api.tunnels.listen({ tunnelId: id });
    expect(await echo(port)).toBe('hello');
  });

  it('is found again after a damaged file was put aside', async () => {
    const started = await start();
    const host = makeHost();
    const store = host.openStore('tunnels');
    writeFileSync(store.path, '{"format":1,"tunnels":[{"id":7}]}');
    const app = await startApp(started, { host });
    expect(readFileSync(`${store.path}.damaged`, 'utf8')).toContain('"id":7');
    const { port } = await app.openReady(echoTarget(app));
    expect(await echo(port)).toBe('hello');
  });

  it('says why a TCP app closes at once', async () => {
    const started = await start();
    const app = await startApp(started);
    const { id, port } = await app.openReady(echoTarget(app));
    started.cluster.core.tunnels.stopTarget('app', 'echo');
    expect(await echo(port)).toBe('');
    await until(() => app.tunnel(id).lastError !== undefined);
    expect(app.tunnel(id).lastError?.error).toMatchObject({ code: 'target-down' });
  });

  it.each(['v11', 'v15'] as const)(
    'reaches apps of a cluster that poses as %s, by a session',
    async (pose) => {
      const app = await startApp(await start({ pose }));
      const { port } = await app.openReady(echoTarget(app));
      expect(await echo(port)).toBe('hello');
    },
  );

  it('gives an HTTP app a local address, and tells its page at the proxy', async () => {
    const server = createHttpServer((request, response) => response.end(`path ${request.url}`));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => void server.close());
    const started = await start({
      apps: [{ name: 'web', uri: `http://127.0.0.1:${portOf(server)}`, labels: {} }],
    });
    const app = await startApp(started);
    const resourceUri = app.uri('app', 'web');
    const { url } = await app.page.api.tunnels.openApp({ resourceUri, through: 'tunnel' });
    const answer = await promisify(execFile)('curl', ['-s', '-i', `${url}/a?b`]);
    expect(answer.stdout).toContain('path /a?b');
    const launch = await app.page.api.tunnels.openApp({ resourceUri, through: 'proxy' });
    expect(launch.url).toBe(
      `https://${started.cluster.address}/web/launch/web.localhost/test.porthole/web.localhost`,
    );
    await expect(
      app.page.api.tunnels.openApp({ resourceUri: app.uri('app', 'nothing'), through: 'proxy' }),
    ).rejects.toMatchObject({ data: { code: 'resource-gone' } });
  });
});
