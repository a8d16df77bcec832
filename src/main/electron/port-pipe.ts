import type { MessagePortMain } from 'electron';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { Pipe } from '../../shared/wire/pipe.ts';

/** A pipe over one of Electron's message ports; messages of the wrong type end it. */
export function portPipe<M extends string | Uint8Array>(
  port: MessagePortMain,
  isMessage: (data: unknown) => data is M,
): Pipe<M> {
  const messages = new Emitter<M>();
  const closed = new Emitter<void>();
  port.on('message', ({ data }) => {
    if (isMessage(data)) messages.fire(data);
    else port.close();
  });
  let isOpen = true;
  port.once('close', () => {
    isOpen = false;
    closed.fire();
    closed.dispose();
    messages.dispose();
  });
  return {
    send(message) {
      if (isOpen) port.postMessage(message);
      return isOpen;
    },
    onMessage(listener) {
      const subscription = messages.event(listener);
      // The port holds messages back until it is started.
      port.start();
      return subscription;
    },
    onClose: closed.event,
    close: () => port.close(),
  };
}

export const isText = (data: unknown): data is string => typeof data === 'string';
export const isBytes = (data: unknown): data is Uint8Array => data instanceof Uint8Array;
