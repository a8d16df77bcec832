import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { AppError } from '../../shared/errors/app-error.ts';

/** A connection to the target, as a local program would have it through the pipe. */
export interface PipedConnection {
  readonly stream: Duplex;
  /** Why it ended, once it did and not in order. */
  readonly failure: () => AppError | undefined;
}

/** What a front has of its tunnel. */
export interface FrontServices {
  /** Opens a connection; it waits for certificate and person as any other does. */
  open(): PipedConnection;
  /** Tells the person. */
  failed(error: AppError): void;
  /** What is known of the target now. */
  facts(): Readonly<Record<string, string>>;
  port(): number;
}

/** Speaks the target's protocol with local programs, where bytes as they are would not do. */
export interface LocalFront {
  accept(socket: Socket): void;
  /** Ends every connection of a local program. */
  endConnections(): void;
}
