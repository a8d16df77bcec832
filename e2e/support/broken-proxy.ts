import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { issueTls, makeTlsAuthority } from '../../src/cluster/authorities.ts';

export interface BrokenProxy {
  readonly address: string;
  readonly caPem: string;
  stop(): void;
}

const dayMs = 86_400_000;
const head = (length: number) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

/** What a broken proxy does with a connection, after TLS. */
export const behaviours = {
  'says nothing': () => undefined,
  'answers with garbage': (socket: Socket) => void socket.end(randomBytes(2_000)),
  'answers with 10 MB': (socket: Socket) => void socket.write(head(10_000_000) + ' '.repeat(10_000_000)),
  'answers with one byte a second': (socket: Socket) => {
    socket.write(head(1_000));
    const timer = setInterval(() => socket.write(' '), 1_000);
    socket.once('close', () => clearInterval(timer));
  },
  'closes at once': (socket: Socket) => socket.destroy(),
} as const;

export async function startBrokenProxy(behaviour: (socket: Socket) => void): Promise<BrokenProxy> {
  const ca = await makeTlsAuthority('broken', 'modern', new Date());
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = await issueTls(ca, {
    publicKey,
    subject: [{ CN: ['localhost'] }],
    dnsNames: ['localhost'],
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createTlsServer({ key, cert, ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => behaviour(socket));
  });
  return serve(server, ca.pem);
}

/** Takes connections and never begins TLS. */
export function startSilentPort(): Promise<BrokenProxy> {
  return serve(
    createServer((socket) => socket.on('error', () => undefined)),
    '',
  );
}

async function serve(server: ReturnType<typeof createServer>, caPem: string): Promise<BrokenProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    address: `localhost:${port}`,
    caPem,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
