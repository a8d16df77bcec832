import type { Event } from '../lifecycle/emitter.ts';

/**
 * One ordered, reliable message pipe between a page and the main process: a `MessagePort` under Electron, a
 * WebSocket under the loopback host. Whoever creates it holds messages back until the first `onMessage` listener.
 */
export interface Pipe<Message> {
  /** False when the pipe is not open (any more): the message was not taken. */
  send(message: Message): boolean;
  readonly onMessage: Event<Message>;
  /** Fires once. After it nothing is delivered and `send` does nothing. */
  readonly onClose: Event<void>;
  close(): void;
}

/** The two pipes of one page: calls and feeds as text, terminal bytes as binary frames. */
export interface ClientPipes {
  readonly rpc: Pipe<string>;
  readonly bytes: Pipe<Uint8Array>;
}
