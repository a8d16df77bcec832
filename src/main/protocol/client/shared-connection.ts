import type { SshConnection } from '../net/ssh/client.ts';

/** A connection that several use: it ends when the last lease is given back. */
export class SharedConnection {
  readonly #connection: SshConnection;
  #leases = 0;

  constructor(connection: SshConnection) {
    this.#connection = connection;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  get onClose() {
    return this.#connection.onClose;
  }

  /** The connection as its holder sees it; `dispose` gives the lease back. */
  lease(): SshConnection {
    const connection = this.#connection;
    let isOver = false;
    this.#leases += 1;
    return {
      get isOpen() {
        return !isOver && connection.isOpen;
      },
      onClose: connection.onClose,
      openShell: (options, signal) => connection.openShell(options, signal),
      exec: (command, options, signal) => connection.exec(command, options, signal),
      openSubsystem: (name, signal) => connection.openSubsystem(name, signal),
      openDirectTcpip: (host, port, signal) => connection.openDirectTcpip(host, port, signal),
      ping: (signal) => connection.ping(signal),
      dispose: () => {
        if (isOver) return;
        isOver = true;
        this.#leases -= 1;
        if (this.#leases === 0) connection.dispose();
      },
    };
  }
}
