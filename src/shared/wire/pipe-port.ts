import type { Pipe } from './pipe.ts';

/** The shape of a message port that the contract library takes. */
export interface PipePort {
  readonly onMessage: { addListener(callback: (data: unknown) => void): void };
  readonly onDisconnect: { addListener(callback: () => void): void };
  postMessage(data: unknown): void;
}

/** A text pipe as a port. `disconnect` tells the library that the other side is gone and stops delivery. */
export function toPort(pipe: Pipe<string>): { port: PipePort; disconnect: () => void } {
  const closers: (() => void)[] = [];
  const listeners: ((data: unknown) => void)[] = [];
  let isOver = false;
  const disconnect = () => {
    if (isOver) return;
    isOver = true;
    for (const close of closers) close();
  };
  pipe.onClose(disconnect);
  return {
    disconnect,
    port: {
      onMessage: {
        addListener: (callback) => {
          listeners.push(callback);
          if (listeners.length > 1) return;
          pipe.onMessage((message) => {
            if (!isOver) for (const listener of listeners) listener(message);
          });
        },
      },
      onDisconnect: { addListener: (callback) => closers.push(callback) },
      postMessage: (data) => {
        if (!isOver && typeof data === 'string') pipe.send(data);
      },
    },
  };
}
