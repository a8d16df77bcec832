import type { Duplex } from 'node:stream';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import type { Event } from '../../../shared/lifecycle/emitter.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import type { ProxyAddress } from '../net/address.ts';
import { openGrpcProxy } from './proxy-grpc.ts';
import { openSshProxy } from './proxy-ssh.ts';

export interface NodeTarget {
  /** Host UUID. */
  readonly id: string;
  readonly clusterName: string;
}

/** A kept connection to the proxy; each dial is a stream of its own inside it (ssh.md 1). */
export interface ProxyConnection {
  readonly way: 'grpc' | 'ssh';
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

const firstMajorWithGrpc = 13;

/** gRPC from v13 on, and the SSH subsystem before, or when gRPC cannot be had (ssh.md 0). */
export async function openProxyConnection(
  options: ProxyConnectionOptions,
  signal?: AbortSignal,
): Promise<ProxyConnection> {
  if (majorOf(options.identity.serverVersion) < firstMajorWithGrpc) return openSshProxy(options, signal);
  try {
    return await openGrpcProxy(options, signal);
  } catch (error) {
    if (!isAppError(error, 'unsupported', 'tls-failed', 'connection-lost', 'answer-invalid')) throw error;
    return openSshProxy(options, signal);
  }
}
