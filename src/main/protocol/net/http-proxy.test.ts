import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createCluster } from '../../../cluster/cluster.ts';
import { dialTcp, dialTls } from './dialer.ts';
import { isBypassed, setDialRoute } from './http-proxy.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server);
}

/** A proxy that wants `user` and `pass word`, and leads everything to one port of this machine. */
async function startProxy(targetPort: number) {
  const asked: string[] = [];
  const server = createHttpServer();
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(request.url ?? '');
    const wanted = `Basic ${Buffer.from('user:pass word').toString('base64')}`;
    if (request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    if (request.url?.startsWith('forbidden')) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [socket, target]) end.on('error', () => undefined);
  });
  const port = await listen(server);
  return { asked, url: `http://127.0.0.1:${port}` };
}

const route = (url: string, password = 'pass word') =>
  cleanUps.push(setDialRoute(() => ({ url, user: 'user', password })));

describe('the HTTP proxy', () => {
  it('carries TLS to a cluster by its name, which this machine could not look up', async () => {
    const cluster = await createCluster({ name: 'proxied', users: [], roles: [] });
    cleanUps.push(() => cluster.stop());
    const proxy = await startProxy(Number(cluster.address.split(':').at(-1)));
    route(proxy.url);
    const trust = { kind: 'ca', pem: cluster.webCaPem } as const;
    const socket = await dialTls({
      address: { host: 'cluster.invalid', port: 3080 },
      servername: 'localhost',
      trust,
      alpn: ['http/1.1'],
    });
    socket.write('GET /webapi/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(proxy.asked).toEqual(['cluster.invalid:3080']);
  });

  it('loses no byte that the other side sends together with the answer of the proxy', async () => {
    const port = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\nSSH-2.0-first'));
      }),
    );
    route(`http://127.0.0.1:${port}`);
    const socket = await dialTcp({ host: 'node.invalid', port: 22 });
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('SSH-2.0-first');
    socket.destroy();
  });

  it('says what is wrong: credentials, a refusal, no HTTP, nobody there, and no answer after an abort', async () => {
    const proxy = await startProxy(1);
    const dial = (host: string, signal?: AbortSignal) => dialTcp({ host, port: 443 }, signal);
    route(proxy.url, 'wrong');
    await expect(dial('a.invalid')).rejects.toMatchObject({
      code: 'http-proxy-refused',
      reason: 'User name or password is wrong.',
    });
    route(proxy.url);
    await expect(dial('forbidden.invalid')).rejects.toMatchObject({
      code: 'http-proxy-refused',
      reason: 'It answered with status 403.',
    });
    const talker = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.write('220 mail.example ESMTP\r\n\r\n');
      }),
    );
    route(`http://127.0.0.1:${talker}`);
    await expect(dial('a.invalid')).rejects.toMatchObject({ reason: 'What it answered is not HTTP.' });
    route('http://127.0.0.1:1');
    await expect(dial('a.invalid')).rejects.toMatchObject({ code: 'connection-refused' });
    const silent = await listen(createServer((socket) => socket.on('error', () => undefined)));
    route(`http://127.0.0.1:${silent}`);
    const stop = new AbortController();
    const dialled = dial('a.invalid', stop.signal);
    stop.abort();
    await expect(dialled).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('leaves this machine and listed hosts alone', () => {
    const list = ['direct.example', '.corp.example'];
    const bypassed = (host: string) => isBypassed(host, list);
    expect(
      ['localhost', '127.0.0.1', '[::1]', 'direct.example', 'a.corp.example', 'corp.example'].map(bypassed),
    ).toEqual(Array.from({ length: 6 }, () => true));
    expect(['x.direct.example', 'notcorp.example', 'example'].map(bypassed)).toEqual([false, false, false]);
    expect(isBypassed('anything', ['*'])).toBe(true);
  });
});
