import type { Socket } from 'node:net';
import type { KubeTarget } from './kube-target.ts';

const everyMs = 500;

interface Metered {
  readonly traffic: KubeTarget['traffic'];
  read: number;
  written: number;
}

/** Reads the byte counts of connections while there are any. */
export class TrafficMeter {
  readonly #sockets = new Map<Socket, Metered>();
  #timer: NodeJS.Timeout | undefined;

  add(socket: Socket, traffic: KubeTarget['traffic']): void {
    this.#sockets.set(socket, { traffic, read: 0, written: 0 });
    traffic.opened();
    this.#timer ??= setInterval(() => this.#readAll(), everyMs);
    socket.once('close', () => {
      this.#read(socket);
      this.#sockets.delete(socket);
      traffic.closed();
      if (this.#sockets.size === 0) this.dispose();
    });
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #readAll(): void {
    for (const socket of this.#sockets.keys()) this.#read(socket);
  }

  #read(socket: Socket): void {
    const metered = this.#sockets.get(socket);
    if (!metered) return;
    const { bytesRead, bytesWritten } = socket;
    if (bytesRead > metered.read) metered.traffic.fromClient(bytesRead - metered.read);
    if (bytesWritten > metered.written) metered.traffic.toClient(bytesWritten - metered.written);
    metered.read = bytesRead;
    metered.written = bytesWritten;
  }
}
