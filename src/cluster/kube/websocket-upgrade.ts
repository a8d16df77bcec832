import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable, Writable } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from './objects.ts';
import {
  parseTerminalSize,
  type RemoteStreams,
  type StreamWishes,
  type TerminalSize,
} from './remote-streams.ts';
import { KubeError } from './status.ts';

const maxMessageBytes = 4 * 1024 * 1024;
const pingEveryMs = 30_000;
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** In order of preference. `base64`: text messages, the channel as a digit. */
const remoteCommandProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
] as const;
export const portForwardTunnel = 'SPDY/3.1+portforward.k8s.io';

export function wantsWebSocket(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? '').toLowerCase() === 'websocket';
}

function offeredProtocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

interface Accepted {
  readonly webSocket: WebSocket;
  readonly protocol: string;
}

async function accept(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  known: readonly string[],
): Promise<Accepted> {
  const offered = offeredProtocols(request);
  const protocol = known.find((name) => offered.includes(name));
  if (protocol === undefined)
    throw new KubeError(
      'Forbidden',
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`,
    );
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  });
  // The library refuses names with a slash, which Kubernetes has; so it never sees them.
  delete request.headers['sec-websocket-protocol'];
  server.once('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new KubeError('BadRequest', 'the WebSocket handshake failed')));
    server.handleUpgrade(request, socket, head, (webSocket) => {
      keepAlive(webSocket);
      resolve({ webSocket, protocol });
    });
  });
}

function keepAlive(webSocket: WebSocket): void {
  webSocket.on('error', () => webSocket.terminate());
  const timer = setInterval(() => webSocket.ping(), pingEveryMs);
  webSocket.once('close', () => clearInterval(timer));
}

/** Port-forward of newer clients: SPDY inside of binary messages. */
export async function acceptPortForwardTunnel(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<Duplex> {
  const { webSocket } = await accept(request, socket, head, [portForwardTunnel]);
  return createWebSocketStream(webSocket);
}

/** Exec and attach over WebSocket: the first byte of each message names its channel. */
export async function acceptRemoteWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  wishes: StreamWishes,
): Promise<RemoteStreams> {
  return new WebSocketStreams(await accept(request, socket, head, remoteCommandProtocols), wishes);
}

class WebSocketStreams implements RemoteStreams {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  readonly #webSocket: WebSocket;
  readonly #isText: boolean;
  #onResize: ((size: TerminalSize) => void) | undefined;
  #lastSize: TerminalSize | undefined;
  #isInputOver = false;

  constructor({ webSocket, protocol }: Accepted, wishes: StreamWishes) {
    this.#webSocket = webSocket;
    this.#isText = protocol.includes('base64');
    this.stdin = wishes.stdin ? new Readable({ read: () => webSocket.resume() }) : undefined;
    this.stdin?.on('error', () => undefined);
    this.stdout = wishes.stdout ? this.#writable(channel.stdout) : undefined;
    this.stderr = wishes.stderr ? this.#writable(channel.stderr) : undefined;
    webSocket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary));
    webSocket.once('close', () => {
      this.#endInput();
      this.stdout?.destroy();
      this.stderr?.destroy();
    });
  }

  onResize(listener: (size: TerminalSize) => void): void {
    this.#onResize = listener;
    if (this.#lastSize) listener(this.#lastSize);
  }

  onClose(listener: () => void): void {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) queueMicrotask(listener);
    else this.#webSocket.once('close', listener);
  }

  finish(status: JsonObject): void {
    this.#webSocket.resume();
    this.#send(channel.error, Buffer.from(JSON.stringify(status)), () => this.#webSocket.close(1000));
  }

  #take(data: Buffer, isBinary: boolean): void {
    const isText = this.#isText;
    if (isText === isBinary || data.length === 0) {
      this.#webSocket.close(1003, 'wrong kind of message');
      return;
    }
    const number = isText ? (data[0] ?? 0) - 0x30 : (data[0] ?? 0);
    const bytes = isText ? Buffer.from(data.subarray(1).toString('latin1'), 'base64') : data.subarray(1);
    if (number === channel.stdin && bytes.length > 0) {
      if (this.stdin && !this.#isInputOver && !this.stdin.push(bytes)) this.#webSocket.pause();
    } else if (number === channel.resize) this.#resize(parseTerminalSize(bytes.toString('utf8')));
    else if (number === channel.close && bytes[0] === channel.stdin) this.#endInput();
  }

  #endInput(): void {
    if (!this.#isInputOver) this.stdin?.push(null);
    this.#isInputOver = true;
  }

  #resize(size: TerminalSize | undefined): void {
    if (!size) return;
    this.#lastSize = size;
    this.#onResize?.(size);
  }

  #writable(number: number): Writable {
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => this.#send(number, chunk, () => done()),
    });
    stream.on('error', () => undefined);
    return stream;
  }

  #send(number: number, bytes: Buffer, done: () => void): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) {
      done();
      return;
    }
    const isText = this.#isText;
    const message = isText
      ? `${number}${bytes.toString('base64')}`
      : Buffer.concat([Buffer.from([number]), bytes]);
    this.#webSocket.send(message, { binary: !isText }, () => done());
  }
}
