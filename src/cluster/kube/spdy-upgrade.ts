import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type JsonObject } from './objects.ts';
import {
  parseTerminalSize,
  type RemoteStreams,
  type StreamWishes,
  type TerminalSize,
} from './remote-streams.ts';
import { SpdyConnection, type SpdyStream } from './spdy-connection.ts';
import { KubeError } from './status.ts';

const streamsWithinMs = 30_000;
const maxResizeBytes = 16 * 1024;
export const remoteCommandProtocol = 'v4.channel.k8s.io';

export function wantsSpdy(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? '').toLowerCase() === 'spdy/3.1';
}

/** Answers 101 with the protocol; throws `Forbidden` when the client does not know it. */
export function acceptSpdy(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
  onStream: (stream: SpdyStream) => void,
): SpdyConnection {
  const offered = String(request.headers['x-stream-protocol-version'] ?? '')
    .split(',')
    .map((name) => name.trim());
  if (!offered.includes(protocol))
    throw new KubeError(
      'Forbidden',
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocol}]`,
    );
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  return new SpdyConnection(socket, onStream);
}

/** Waits for the streams of exec or attach. Closes the connection and rejects when they do not come. */
export function acceptRemoteSpdy(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  wishes: StreamWishes,
): Promise<RemoteStreams> {
  const expected = [
    'error',
    ...(wishes.stdin ? ['stdin'] : []),
    ...(wishes.stdout ? ['stdout'] : []),
    ...(wishes.stderr ? ['stderr'] : []),
    ...(wishes.tty ? ['resize'] : []),
  ];
  const streams = new Map<string, SpdyStream>();
  return new Promise((resolve, reject) => {
    const connection = acceptSpdy(request, socket, head, remoteCommandProtocol, (stream) => {
      const type = stream.headers.get('streamtype') ?? '';
      if (!expected.includes(type) || streams.has(type)) {
        stream.destroy();
        return;
      }
      streams.set(type, stream);
      if (streams.size < expected.length) return;
      clearTimeout(timer);
      resolve(remoteOver(connection, streams));
    });
    const timer = setTimeout(() => connection.destroy(), streamsWithinMs);
    connection.onClose(() => {
      clearTimeout(timer);
      reject(new KubeError('BadRequest', 'the client closed the connection before it opened its streams'));
    });
  });
}

function remoteOver(connection: SpdyConnection, streams: ReadonlyMap<string, SpdyStream>): RemoteStreams {
  const resize = streams.get('resize');
  // What the client says on streams that only the server writes is dropped.
  for (const name of ['error', 'stdout', 'stderr']) streams.get(name)?.resume();
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    onResize: (listener) => {
      if (resize) readSizes(resize, listener);
    },
    onClose: (listener) => connection.onClose(listener),
    finish: (status: JsonObject) => {
      for (const name of ['stdout', 'stderr']) streams.get(name)?.end();
      const error = streams.get('error');
      error?.end(JSON.stringify(status), () => connection.end());
    },
  };
}

/** Sizes come as JSON documents in a row, each in braces. */
function readSizes(stream: SpdyStream, listener: (size: TerminalSize) => void): void {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
      const size = parseTerminalSize(text.slice(0, end + 1));
      text = text.slice(end + 1);
      if (size) listener(size);
    }
    if (text.length > maxResizeBytes) text = '';
  });
}
