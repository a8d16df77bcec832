import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { ClientPipes, Pipe } from '../../shared/wire/pipe.ts';

/** The two sockets of this page under the loopback host. Resolves when both are open. */
export async function openSocketPipes(): Promise<ClientPipes> {
  const client = crypto.randomUUID();
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
  const rpc = new WebSocket(`${base}/ws/rpc?client=${client}`);
  const bytes = new WebSocket(`${base}/ws/bytes?client=${client}`);
  bytes.binaryType = 'arraybuffer';
  const pipes = {
    rpc: createPipe(rpc, (data) => (typeof data === 'string' ? data : undefined)),
    bytes: createPipe(bytes, (data) => (data instanceof ArrayBuffer ? new Uint8Array(data) : undefined)),
  };
  try {
    await Promise.all([opened(rpc), opened(bytes)]);
  } catch (error) {
    rpc.close();
    bytes.close();
    throw error;
  }
  return pipes;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('close', () => reject(new Error('closed')), { once: true });
  });
}

function createPipe<M extends string | Uint8Array>(
  socket: WebSocket,
  read: (data: unknown) => M | undefined,
): Pipe<M> {
  const messages = new Emitter<M>();
  const closed = new Emitter<void>();
  let waiting: M[] | undefined = [];
  socket.addEventListener('message', (event) => {
    const message = read(event.data);
    if (message === undefined) return;
    if (waiting) waiting.push(message);
    else messages.fire(message);
  });
  socket.addEventListener('close', () => closed.fire(), { once: true });
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(message as string | Uint8Array<ArrayBuffer>);
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
