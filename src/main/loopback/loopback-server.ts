import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { App } from '../app/app.ts';
import { contentSecurityPolicy } from '../host/csp.ts';
import { LoopbackAccess, type Refusal } from './access.ts';
import { isFileRequest, serveFiles } from './file-streams.ts';
import { bytePipe, textPipe } from './socket-pipe.ts';
import { sendStatic } from './static-files.ts';

const maxMessageBytes = 4 << 20;
const pairTimeoutMs = 10_000;
const clientId = /^[A-Za-z0-9-]{8,64}$/;

export interface LoopbackServerOptions {
  /** May still be starting while the page is being loaded. */
  readonly app: Promise<App>;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** 0 picks a free port. */
  readonly port: number;
}

/** Serves the page and its two sockets on 127.0.0.1 to whoever holds the token or its cookie. */
export class LoopbackServer {
  readonly #options: LoopbackServerOptions;
  readonly #access = new LoopbackAccess();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  readonly #halves = new Map<string, { kind: 'rpc' | 'bytes'; socket: WebSocket; timer: NodeJS.Timeout }>();
  readonly #server: Server;

  constructor(options: LoopbackServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Resolves with the address to open. */
  async listen(): Promise<string> {
    this.#server.listen(this.#options.port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#access.setPort(address.port);
    return this.#access.address;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(securityHeaders(request))) response.setHeader(name, value);
    const url = parseUrl(request);
    const refusedHost = this.#access.refuseHost(request);
    if (!url || refusedHost) {
      refuse(response, refusedHost ?? 'wrong-host');
      return;
    }
    if (isFileRequest(url)) {
      this.#serveFiles(request, response, url);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405).end();
      return;
    }
    if (url.pathname === '/' && url.searchParams.has('token')) {
      const cookie = this.#access.redeem(url.searchParams.get('token'));
      if (cookie) response.setHeader('Set-Cookie', cookie);
      // A used token in the address does no harm to a page that has the cookie already.
      else if (this.#access.refuseSession(request, { needsOrigin: false })) {
        refuse(response, 'no-session');
        return;
      }
    } else {
      const refused = this.#access.refuseSession(request, { needsOrigin: false });
      if (refused) {
        refuse(response, refused);
        return;
      }
    }
    const path = url.pathname === '/' ? '/index.html' : url.pathname;
    if (!sendStatic(response, this.#options.pageFolder, path))
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found.');
  }

  /** What changes something must name its origin; a download that is followed names none. */
  #serveFiles(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const refused = this.#access.refuseSession(request, { needsOrigin: request.method !== 'GET' });
    if (refused) {
      refuse(response, refused);
      return;
    }
    this.#options.app
      .then((app) => serveFiles(request, response, url, app.fileStreams))
      .catch(() => response.destroy());
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = parseUrl(request);
    const kind = url?.pathname === '/ws/rpc' ? 'rpc' : url?.pathname === '/ws/bytes' ? 'bytes' : undefined;
    const client = url?.searchParams.get('client') ?? '';
    const refused = this.#access.refuseSession(request, { needsOrigin: true });
    if (refused || !kind || !clientId.test(client)) {
      socket.end(
        `HTTP/1.1 ${refused ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#pair(client, kind, webSocket));
  }

  /** A page is connected when both of its sockets are there. */
  #pair(client: string, kind: 'rpc' | 'bytes', socket: WebSocket): void {
    const other = this.#halves.get(client);
    if (!other || other.kind === kind) {
      other?.socket.terminate();
      const timer = setTimeout(() => socket.terminate(), pairTimeoutMs);
      this.#halves.set(client, { kind, socket, timer });
      socket.once('close', () => {
        clearTimeout(timer);
        if (this.#halves.get(client)?.socket === socket) this.#halves.delete(client);
      });
      return;
    }
    clearTimeout(other.timer);
    this.#halves.delete(client);
    const [rpc, bytes] = kind === 'rpc' ? [socket, other.socket] : [other.socket, socket];
    let connection: Disposable | undefined;
    const end = () => {
      connection?.dispose();
      rpc.terminate();
      bytes.terminate();
    };
    rpc.once('close', end);
    bytes.once('close', end);
    const pipes = { rpc: textPipe(rpc), bytes: bytePipe(bytes) };
    this.#options.app.then(
      (app) => {
        if (rpc.readyState === rpc.OPEN && bytes.readyState === bytes.OPEN)
          connection = app.connectClient(pipes);
      },
      () => end(),
    );
  }
}

function parseUrl(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '/', 'http://porthole');
  } catch {
    return undefined;
  }
}

function securityHeaders(request: IncomingMessage): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy([`ws://${request.headers.host ?? ''}`]),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
  };
}

const refusals: Readonly<Record<Refusal, string>> = {
  'wrong-host': 'This address is not one that Porthole answers to.',
  'wrong-origin': 'Another site may not use Porthole.',
  'no-session':
    'This address has been used, or was not opened from Porthole. Start Porthole again and open the address that it prints.',
};

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${refusals[refusal]}\n`);
}
