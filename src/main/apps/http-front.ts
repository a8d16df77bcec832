import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FrontServices, LocalFront } from '../tunnels/local-front.ts';
import { isClientHello } from '../tunnels/tls-signs.ts';
import { ClientAgent } from './client-agent.ts';
import { forwardToApp } from './forward-to-app.ts';
import { forwardAppUpgrade } from './forward-app-upgrade.ts';
import { formatRefusal, refusalOf } from './http-refusal.ts';
import { type AppPlace, localOrigin, namesThisPlace } from './public-place.ts';

const headersMs = 60_000;
/** Longer than browsers keep a connection that they do not use. */
const idleMs = 330_000;
/** Apps behind single sign-on have cookies larger than Node's limit. */
const maxHeaderBytes = 128 * 1024;

export interface HttpFrontOptions {
  readonly services: FrontServices;
  readonly subject: string;
  readonly place: () => AppPlace;
}

/**
 * The local address of an HTTP app. It takes requests apart and puts them together again, so that an app which knows itself
 * by its public address works under another one (tunnels.md 5.3).
 */
export class HttpFront implements LocalFront {
  readonly #options: HttpFrontOptions;
  readonly #server: Server;
  readonly #sockets = new Map<Duplex, ClientAgent>();

  constructor(options: HttpFrontOptions) {
    this.#options = options;
    this.#server = createServer({
      headersTimeout: headersMs,
      keepAliveTimeout: idleMs,
      // An upload may take its time.
      requestTimeout: 0,
      maxHeaderSize: maxHeaderBytes,
    });
    // A client that has ended its own side still waits for its answer; Node's declarations do not know the switch.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    this.#server.on('request', (request, response) => this.#request(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket) => {
      const isTls = error.rawPacket !== undefined && isClientHello(error.rawPacket);
      if (isTls) options.services.failed(spokeTls(options.subject));
      if (socket.writable && !isTls && error.rawPacket)
        socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  accept(socket: Socket): void {
    const agent = new ClientAgent(() => this.#options.services.open());
    this.#sockets.set(socket, agent);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      agent.endAll();
    });
    this.#server.emit('connection', socket);
    socket.resume();
  }

  endConnections(): void {
    for (const [socket, agent] of this.#sockets) {
      agent.endAll();
      socket.destroy();
    }
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const place = this.#options.place();
    const agent = this.#sockets.get(request.socket);
    const refusal = this.#refusalFor(request, place);
    if (refusal || !agent) {
      const { code, text } = refusalOf(refusal ?? foreignHost(place));
      response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
      return;
    }
    forwardToApp({ agent, place, subject: this.#options.subject }, request, response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const place = this.#options.place();
    const agent = this.#sockets.get(socket);
    const refusal = this.#refusalFor(request, place);
    if (refusal || !agent) socket.end(formatRefusal(refusalOf(refusal ?? foreignHost(place))));
    else forwardAppUpgrade({ agent, place, subject: this.#options.subject }, request, socket, head);
  }

  #refusalFor(request: IncomingMessage, place: AppPlace): AppError | undefined {
    const { host } = request.headers;
    if (host !== undefined && namesThisPlace(host, place)) return undefined;
    const error = foreignHost(place);
    this.#options.services.failed(error);
    return error;
  }
}

function foreignHost(place: AppPlace): AppError {
  return new AppError('invalid-input', 'A program asked the local port of an app for another host.', {
    reason: 'Only names of this machine lead to the app, so that no page elsewhere can read it.',
    advice: `Use ${localOrigin(place)}, or send that host in the Host header.`,
    action: 'edit-input',
  });
}

function spokeTls(subject: string): AppError {
  return new AppError('protocol-unsupported', `A program spoke TLS to the port of ${subject}.`, {
    reason: 'The tunnel adds TLS by itself; on this machine its port is plain.',
    advice: 'Use http:// instead of https://.',
    action: 'edit-input',
  });
}
