import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { issueTls, makeTlsAuthority } from '../../../cluster/authorities.ts';
import { sendHttps } from './https-request.ts';

const open: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** A TLS server that does with each connection what a broken proxy might do. */
async function broken(behaviour: (socket: Socket) => void) {
  const ca = await makeTlsAuthority('test', 'modern', new Date());
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 86_400_000;
  const cert = await issueTls(ca, {
    publicKey,
    subject: [{ CN: ['localhost'] }],
    dnsNames: ['localhost'],
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
  });
  const server = createTlsServer(
    { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert, ALPNProtocols: ['http/1.1'] },
    (socket) => {
      socket.on('error', () => undefined);
      behaviour(socket);
    },
  );
  const port = await listen(server);
  const ask = (
    deadlineMs = 1_500,
    trust: Parameters<typeof sendHttps>[0]['trust'] = { kind: 'ca', pem: ca.pem },
  ) =>
    sendHttps({
      address: { host: 'localhost', port },
      trust,
      method: 'GET',
      path: '/webapi/ping',
      deadlineMs,
    });
  return { ask, port };
}

describe('a proxy that', () => {
  it('takes the connection and says nothing is given up in time', async () => {
    const { ask } = await broken(() => undefined);
    await expect(ask()).rejects.toMatchObject({ code: 'timed-out' });
  });

  it('sends one byte now and then is given up in time', async () => {
    const { ask } = await broken((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 50);
      socket.once('close', () => clearInterval(timer));
    });
    await expect(ask()).rejects.toMatchObject({ code: 'timed-out' });
  });

  it('sends garbage is no Teleport', async () => {
    const { ask } = await broken((socket) => socket.end('\u0000\u0001garbage\r\n\r\n'));
    await expect(ask()).rejects.toMatchObject({ code: 'not-teleport' });
  });

  it('sends far too much is cut off', async () => {
    const { ask } = await broken((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      for (let i = 0; i < 160; i += 1) socket.write(chunk);
    });
    await expect(ask(10_000)).rejects.toMatchObject({ code: 'answer-too-large' });
  });

  it('closes in the middle is told as lost', async () => {
    const { ask } = await broken((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    );
    await expect(ask()).rejects.toMatchObject({ code: 'connection-lost' });
  });

  it('shows a certificate that the system does not know is refused, with what to compare', async () => {
    const { ask } = await broken((socket) => socket.end());
    await expect(ask(1_500, { kind: 'system' })).rejects.toMatchObject({
      code: 'tls-untrusted',
      facts: { sha256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/), subject: 'localhost' },
    });
  });

  it('shows another certificate than the accepted one is refused', async () => {
    const { ask } = await broken((socket) => socket.end());
    const error = await ask(1_500, { kind: 'fingerprint', sha256: `${'00:'.repeat(31)}00` }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'tls-untrusted', reason: expect.stringContaining('accepted') });
  });

  it('never finishes the handshake is given up in time', async () => {
    const port = await listen(createTcpServer(() => undefined));
    const abort = AbortSignal.timeout(1_500);
    const asked = sendHttps(
      { address: { host: '127.0.0.1', port }, trust: { kind: 'system' }, method: 'GET', path: '/' },
      abort,
    );
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('is not there is refused', async () => {
    const asked = sendHttps({
      address: { host: '127.0.0.1', port: 1 },
      trust: { kind: 'system' },
      method: 'GET',
      path: '/',
    });
    await expect(asked).rejects.toMatchObject({ code: 'connection-refused' });
  });
});
