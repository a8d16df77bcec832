import type { Duplex } from 'node:stream';
import type { AppError } from '../../../shared/errors/app-error.ts';
import type { Event } from '../../../shared/lifecycle/emitter.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import type { ProxyAddress } from '../net/address.ts';
import type { SocketFacts } from '../net/socket-facts.ts';

export interface NodeTarget {
  /** Host UUID. */
  readonly id: string;
  readonly clusterName: string;
}

/** What is spoken in a connection, and how it was made. */
export interface LinkFacts extends SocketFacts {
  readonly transport: 'gRPC' | 'SSH';
}

/** A kept connection to the proxy; each dial is a stream of its own inside it (ssh.md 1). */
export interface ProxyConnection {
  readonly link: LinkFacts;
  readonly isOpen: boolean;
  /** Fires once, with the reason when the end was not asked for. */
  readonly onClose: Event<AppError | undefined>;
  /** A byte stream to the node's SSH server. A refusal carries the reason that the proxy gave. */
  dialNode(target: NodeTarget, signal?: AbortSignal): Promise<Duplex>;
  /** Round trip in milliseconds. */
  ping(signal?: AbortSignal): Promise<number>;
  dispose(): void;
}

export interface ProxyConnectionOptions {
  readonly address: ProxyAddress;
  readonly identity: AccountIdentity;
  /** Own SSH port of a proxy without TLS routing. */
  readonly sshAddress?: ProxyAddress | undefined;
}
