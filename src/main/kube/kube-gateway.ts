import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { AppError } from '../../shared/errors/app-error.ts';
import { forwardRequest } from './forward-request.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { formatStatus, statusOf } from './kube-status.ts';
import type { KubeTarget } from './kube-target.ts';
import type { LocalAuthority } from './local-authority.ts';
import { serverNameOf } from './server-name.ts';
import { TrafficMeter } from './traffic-meter.ts';
import { KubeUpstream } from './upstream.ts';

const handshakeMs = 10_000;
const headersMs = 30_000;
const idleMs = 120_000;

interface Entry {
  readonly target: KubeTarget;
  readonly upstream: KubeUpstream;
  readonly sockets: Set<Socket>;
}

/**
 * Serves Kubernetes clusters to programs of this machine, over connections that a listener hands to `accept`. A client must
 * hold the local authority's client certificate, and picks a cluster by the TLS server name (tunnels.md 4.3).
 */
export class KubeGateway {
  readonly #server: Server;
  readonly #entries = new Map<string, Entry>();
  readonly #raw = new Set<Socket>();
  readonly #meter = new TrafficMeter();

  constructor(authority: LocalAuthority) {
    this.#server = createServer({
      key: authority.serverKey,
      cert: authority.serverCertificate,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeMs,
      headersTimeout: headersMs,
      keepAliveTimeout: idleMs,
      // An upload may take its time.
      requestTimeout: 0,
      insecureHTTPParser: false,
    });
    this.#server.on('secureConnection', (socket) => this.#opened(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      socket.destroy();
      // Such a client names no cluster, so all of them tell it.
      if ((error as NodeJS.ErrnoException).code === 'ERR_SSL_HTTP_REQUEST')
        for (const { target } of this.#entries.values()) target.onFailure(spokePlain(target.name));
    });
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    this.#server.on('request', (request, response) => {
      const entry = this.#entryOf(request);
      if (entry) {
        void forwardRequest(entry.target, entry.upstream, request, response);
        return;
      }
      const status = statusOf(unknownName());
      response.writeHead(status.code, { 'content-type': 'application/json' }).end(formatStatus(status));
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const entry = this.#entryOf(request);
      if (entry) void forwardUpgrade(entry.target, entry.upstream, request, socket, head);
      else socket.end(`HTTP/1.1 404 ${STATUS_CODES[404]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
  }

  /** Takes over a connection of a local client. */
  accept(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    this.#raw.add(socket);
    socket.once('close', () => this.#raw.delete(socket));
    this.#server.emit('connection', socket);
  }

  /** Serves a cluster, or serves it with another target from now on; what runs goes on. */
  serve(target: KubeTarget): void {
    const name = serverNameOf(target.name);
    this.#entries.get(name)?.upstream.dispose();
    this.#entries.set(name, {
      target,
      upstream: new KubeUpstream(target),
      sockets: this.#entries.get(name)?.sockets ?? new Set(),
    });
  }

  /** Ends a cluster's connections and serves it no more. */
  withdraw(kubeCluster: string): void {
    const name = serverNameOf(kubeCluster);
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    entry?.upstream.dispose();
    for (const socket of entry?.sockets ?? []) socket.destroy();
  }

  /** Ends what runs; programs connect again at the new address. */
  endConnections(): void {
    for (const socket of this.#raw) socket.destroy();
  }

  dispose(): void {
    for (const { target } of this.#entries.values()) this.withdraw(target.name);
    this.endConnections();
    this.#meter.dispose();
    // Never listens; this ends its check of idle connections.
    this.#server.close();
  }

  #opened(socket: TLSSocket): void {
    const entry = this.#entries.get(servernameOf(socket));
    if (!entry) return;
    entry.sockets.add(socket);
    this.#meter.add(socket, entry.target.traffic);
    socket.once('close', () => entry.sockets.delete(socket));
  }

  #entryOf(request: IncomingMessage): Entry | undefined {
    return this.#entries.get(servernameOf(request.socket as TLSSocket));
  }
}

function servernameOf(socket: TLSSocket & { servername?: string | false | null }): string {
  return typeof socket.servername === 'string' ? socket.servername.toLowerCase() : '';
}

function spokePlain(name: string): AppError {
  return new AppError('protocol-unsupported', `A program spoke HTTP without TLS to the port of ${name}.`, {
    reason: 'The local port of Kubernetes clusters takes TLS only, with the key in the kubeconfig.',
    advice: 'Use https:// and the kubeconfig, or kubectl proxy for a plain port.',
    action: 'edit-input',
  });
}

function unknownName(): AppError {
  return new AppError('not-found', 'No Kubernetes cluster has this address.', {
    reason: 'Its tunnel was closed, or the client sends no TLS server name.',
    advice: 'Open the Kubernetes cluster in Porthole.',
  });
}
