import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  openDescriptors,
  readToEnd,
  type StartedApp,
  type StartedCluster,
  startTunnelApp,
  startTunnelCluster,
  until,
} from '../testing/tunnel-app.ts';

/** An app that knows itself by its public address, and wants its own origin. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const own = `https://${String(request.headers['x-forwarded-host'])}`;
  const url = new URL(request.url ?? '/', own);
  switch (url.pathname) {
    case '/login':
      response.writeHead(302, {
        location: `${own}/home`,
        'set-cookie': [
          `session=s1; Domain=${url.hostname}; Path=/; Secure; SameSite=None`,
          '__Host-csrf=t1; Path=/; Secure; HttpOnly',
        ],
      });
      response.end();
      return;
    case '/cut':
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
      return;
    case '/close':
      response.writeHead(200, { connection: 'close' }).end('closed after this');
      return;
    default:
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          path: url.pathname,
          own,
          origin: request.headers.origin ?? '',
          cookie: request.headers.cookie ?? '',
        }),
      );
  }
}

function curl(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile('curl', ['--silent', '--max-time', '20', ...args], (error, out) =>
      resolve({ code: Number(error?.code ?? 0), out }),
    );
  });
}

describe('the local address of an HTTP app', () => {
  let server: Server;
  let started: StartedCluster;
  let app: StartedApp;
  let base: string;
  let own: string;
  let id: string;

  beforeAll(async () => {
    server = createServer(serve).listen(0, '127.0.0.1');
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, request) => {
      socket.on('message', (data: Buffer) => socket.send(`${request.headers.origin} ${data.toString()}`));
    });
    await once(server, 'listening');
    const uri = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    started = await startTunnelCluster({
      apps: [
        { name: 'site', uri, labels: {} },
        { name: 'down', uri: 'http://127.0.0.1:1', labels: {} },
      ],
    });
    app = await startTunnelApp(started);
    const tunnel = await app.openReady({ kind: 'app', resourceUri: app.uri('app', 'site') });
    id = tunnel.id;
    base = tunnel.address;
    own = (JSON.parse((await curl(base)).out) as { own: string }).own;
  });
  afterAll(async () => {
    await app.app.dispose();
    await started.cluster.stop();
    server.closeAllConnections();
    server.close();
  });

  it('keeps a login with redirect and cookies at the local address', async () => {
    const { out } = await curl(
      '--location',
      '--cookie',
      '',
      '--write-out',
      '\n%{url_effective}',
      `${base}/login`,
    );
    const [body = '', url] = out.split('\n');
    expect(url).toBe(`${base}/home`);
    expect(JSON.parse(body)).toEqual({
      path: '/home',
      own,
      origin: '',
      cookie: '__Host-csrf=t1; session=s1',
    });
    expect(own).toBe(`https://site.${started.cluster.address}`);
  });

  it('says the app’s own origin for pages of the local address, and lets others be known', async () => {
    const originOf = async (origin: string) =>
      (JSON.parse((await curl('-H', `Origin: ${origin}`, base)).out) as { origin: string }).origin;
    expect(await originOf(base)).toBe(own);
    expect(await originOf('http://localhost:5173')).toBe('http://localhost:5173');
  });

  it('refuses the name of another host, so that a page elsewhere cannot read the app', async () => {
    const { out } = await curl('--include', '-H', 'Host: evil.example', base);
    expect(out).toMatch(/^HTTP\/1\.1 421 /);
    expect(out).toContain('Only names of this machine lead to the app');
    expect(app.tunnel(id).lastError?.error.code).toBe('invalid-input');
  });

  it('carries a WebSocket, with the app’s own origin', async () => {
    const socket = new WebSocket(base.replace('http', 'ws'), { origin: base });
    await once(socket, 'open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe(`${own} hello`);
    socket.close();
    await once(socket, 'close');
  });

  it('goes on when the app closes kept connections', async () => {
    const { out } = await curl(`${base}/close`, `${base}/a`, `${base}/close`, `${base}/b`);
    expect(out).toContain('closed after this');
    expect(out).toContain('"path":"/a"');
    expect(out).toContain('"path":"/b"');
  });

  it('does not let a cut answer look complete', async () => {
    const { code, out } = await curl(`${base}/cut`);
    expect(out).toBe('half');
    expect(code).toBe(18);
  });

  it('lets an answer through after the client has ended its side', async () => {
    const socket = connect({ port: app.tunnel(id).port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('GET /late HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect((await readToEnd(socket)).toString()).toContain('"path":"/late"');
  });

  it('tells what is wrong with a program that speaks TLS, or no HTTP at all', async () => {
    const { code } = await curl(base.replace('http:', 'https:'));
    expect(code).not.toBe(0);
    expect(app.tunnel(id).lastError?.error.advice).toContain('http://');
    const socket = connect(app.tunnel(id).port, '127.0.0.1');
    socket.write('\0\0\0nonsense\r\n\r\n');
    expect((await readToEnd(socket)).toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('leaves no connection and no descriptor behind', async () => {
    const before = openDescriptors();
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, n) => curl(`${base}/${n}`, `${base}/${n}x`)),
    );
    expect(all.every(({ out }) => out.includes('"path"'))).toBe(true);
    await until(() => app.tunnel(id).traffic.openConnections === 0);
    await until(() => started.cluster.core.tunnels.count() === 0);
    await until(() => openDescriptors() <= before + 2);
  });

  it('answers in words when the app cannot be reached', async () => {
    await started.cluster.stop();
    const { out } = await curl('--include', base);
    expect(out).toMatch(/^HTTP\/1\.1 502 /);
    const { error } = app.tunnel(id).lastError ?? {};
    expect(error?.code).toBe('connection-refused');
    expect(out).toContain(error?.message);
  });
});
