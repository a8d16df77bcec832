import { Agent, type ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { PipedConnection } from '../tunnels/local-front.ts';

/** The connections to the app of one local connection, so that what an app ties to a connection stays with its client. */
export class ClientAgent extends Agent {
  readonly #open: () => PipedConnection;
  readonly #connections = new Map<Duplex, PipedConnection>();

  constructor(open: () => PipedConnection) {
    super({ keepAlive: true, maxFreeSockets: 1 });
    this.#open = open;
  }

  override createConnection(): Duplex {
    const connection = this.#open();
    const { stream } = connection;
    this.#connections.set(stream, connection);
    // What asks for the reason does so while it hears of the end.
    stream.once('close', () => setImmediate(() => this.#connections.delete(stream)));
    return stream;
  }

  /** Node's own treats every connection as a socket of the system. */
  override keepSocketAlive(stream: Duplex): boolean {
    return !stream.destroyed;
  }

  override reuseSocket(_stream: Duplex, request: ClientRequest): void {
    request.reusedSocket = true;
  }

  /** Why a connection ended, as far as the tunnel knows. */
  failureOf(stream: Duplex | null): AppError | undefined {
    return stream ? this.#connections.get(stream)?.failure() : undefined;
  }

  endAll(): void {
    for (const stream of this.#connections.keys()) stream.destroy();
    this.destroy();
  }
}
