import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { ClientPipes, Pipe } from '../../shared/wire/pipe.ts';

/** What the preload script gives to the page under Electron. */
export interface PortholeBridge {
  /** Asks the main process for two new message ports; they arrive as a window message `porthole-ports`. */
  requestPorts(): void;
  /** Where a file is that was dragged in or chosen; empty when it is nowhere on a disk. */
  pathOf(file: File): string;
}

declare global {
  interface Window {
    readonly porthole?: PortholeBridge;
  }
}

/** The two message ports of this page under Electron. */
export function openPortPipes(bridge: PortholeBridge): Promise<ClientPipes> {
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent) => {
      const [rpc, bytes] = event.ports;
      if (event.source !== window || event.data !== 'porthole-ports' || !rpc || !bytes) return;
      window.removeEventListener('message', onMessage);
      resolve({ rpc: createPipe<string>(rpc), bytes: createPipe<Uint8Array>(bytes) });
    };
    window.addEventListener('message', onMessage);
    bridge.requestPorts();
  });
}

function createPipe<M>(port: MessagePort): Pipe<M> {
  const messages = new Emitter<M>();
  const closed = new Emitter<void>();
  port.addEventListener('message', (event) => messages.fire(event.data as M));
  let isOpen = true;
  port.addEventListener(
    'close',
    () => {
      isOpen = false;
      closed.fire();
    },
    { once: true },
  );
  return {
    send(message) {
      if (isOpen) port.postMessage(message);
      return isOpen;
    },
    onMessage(listener) {
      const subscription = messages.event(listener);
      // Ports hold messages back until they are started.
      port.start();
      return subscription;
    },
    onClose: closed.event,
    close: () => port.close(),
  };
}
