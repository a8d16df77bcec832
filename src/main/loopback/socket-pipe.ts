import type { RawData, WebSocket } from 'ws';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';

/** A page that reads nothing is cut off before its backlog fills the memory. */
const maxBacklogBytes = 64 << 20;

export function textPipe(socket: WebSocket): Pipe<string> {
  return createPipe(socket, (data, isBinary) => (isBinary ? undefined : (data as Buffer).toString('utf8')));
}

export function bytePipe(socket: WebSocket): Pipe<Uint8Array> {
  return createPipe(socket, (data, isBinary) => (isBinary ? (data as Buffer) : undefined));
}

/** Messages wait for the first listener; one of the wrong type ends the connection. */
function createPipe<M extends string | Uint8Array>(
  socket: WebSocket,
  read: (data: RawData, isBinary: boolean) => M | undefined,
): Pipe<M> {
  const messages = new Emitter<M>();
  const closed = new Emitter<void>();
  let waiting: M[] | undefined = [];
  socket.on('message', (data, isBinary) => {
    const message = read(data, isBinary);
    if (message === undefined) socket.close(1003, 'wrong kind of message');
    else if (waiting) waiting.push(message);
    else messages.fire(message);
  });
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    closed.fire();
    closed.dispose();
    messages.dispose();
  });
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return false;
      if (socket.bufferedAmount > maxBacklogBytes) {
        socket.terminate();
        return false;
      }
      socket.send(message);
      return true;
    },
    onMessage(listener) {
      const subscription = messages.event(listener);
      const early = waiting ?? [];
      waiting = undefined;
      for (const message of early) messages.fire(message);
      return subscription;
    },
    onClose: closed.event,
    close: () => socket.close(),
  };
}
