import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttps, request, type Server } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { AppError } from '../../../shared/errors/app-error.ts';
import { KubeGateway } from '../kube-gateway.ts';
import type { KubeCredential, KubeTarget } from '../kube-target.ts';
import { type LocalAuthority, makeLocalAuthority } from '../local-authority.ts';
import { serverNameOf } from '../server-name.ts';

export const authority = await makeLocalAuthority(new Date());
/** The authority of the far side. */
export const remote = await makeLocalAuthority(new Date());

type Handler = (request: IncomingMessage, body: string) => { code?: number; body?: string; headers?: object };

/** The far side: TLS with client certificates, as the kube listener of a proxy has it. */
export async function startUpstream(handler: Handler = () => ({ body: 'ok' })) {
  const seen: { headers: IncomingMessage['headers']; url: string; method: string; body: string }[] = [];
  const sockets = new Set<TLSSocket>();
  const server: Server = createHttps(
    {
      key: remote.serverKey,
      cert: remote.serverCertificate,
      ca: remote.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (incoming, response) => {
      let body = '';
      incoming.on('data', (chunk) => (body += chunk));
      incoming.on('end', () => {
        seen.push({
          headers: incoming.headers,
          url: incoming.url ?? '',
          method: incoming.method ?? '',
          body,
        });
        if (incoming.url === '/stream') {
          response.writeHead(200);
          response.flushHeaders();
          return;
        }
        const answer = handler(incoming, body);
        response.writeHead(answer.code ?? 200, { ...answer.headers }).end(answer.body ?? '');
      });
    },
  );
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    seen.push({
      headers: incoming.headers,
      url: incoming.url ?? '',
      method: incoming.method ?? '',
      body: '',
    });
    if (incoming.url === '/refused') {
      const body = '{"kind":"Status","message":"[00] access denied","code":403}';
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-One: 1\r\n\r\nhello ',
    );
    socket.write(head);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, seen, sockets, port: (server.address() as AddressInfo).port };
}

/** A cluster of the gateway, with what it counted and which failures it was told. */
export function makeTarget(port: () => number, more: Partial<KubeTarget> = {}) {
  const failures: AppError[] = [];
  const counts = { open: 0, fromClient: 0, toClient: 0, dials: 0 };
  const credential: KubeCredential = {
    key: createPrivateKey(remote.clientKey),
    certificate: remote.clientCertificate,
    validUntil: new Date(Date.now() + 3_600_000),
  };
  const target: KubeTarget = {
    name: 'prod',
    host: 'proxy.test:443',
    credential: async () => credential,
    dial: async (given) => {
      counts.dials += 1;
      const socket = connectTls({
        host: '127.0.0.1',
        port: port(),
        servername: 'localhost',
        ca: remote.certificate,
        key: given.key.export({ type: 'pkcs8', format: 'pem' }),
        cert: given.certificate,
        ALPNProtocols: ['http/1.1'],
      });
      await once(socket, 'secureConnect');
      return socket;
    },
    onFailure: (error) => failures.push(error),
    traffic: {
      opened: () => (counts.open += 1),
      closed: () => (counts.open -= 1),
      fromClient: (bytes) => (counts.fromClient += bytes),
      toClient: (bytes) => (counts.toClient += bytes),
    },
    ...more,
  };
  return { target, failures, counts, credential };
}

/** A gateway behind a listener of its own; `tls` gives what a client connects with. */
export async function startGateway(...targets: KubeTarget[]) {
  const gateway = new KubeGateway(authority);
  for (const target of targets) gateway.serve(target);
  // As listeners of tunnels are made.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    gateway.accept(socket),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    gateway.dispose();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const tls = (client: LocalAuthority = authority, name = 'prod') => ({
    host: '127.0.0.1',
    port,
    servername: serverNameOf(name),
    ca: authority.certificate,
    key: client.clientKey,
    cert: client.clientCertificate,
  });
  return { gateway, port, tls };
}

/** One request to its end. */
export function call(options: object, path = '/', more: object = {}, body?: string) {
  return new Promise<{ code: number; body: string; headers: IncomingMessage['headers'] }>(
    (resolve, reject) => {
      const sent = request({ agent: false, ...options, path, ...more }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () =>
          resolve({ code: answer.statusCode ?? 0, body: text, headers: answer.headers }),
        );
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    },
  );
}
