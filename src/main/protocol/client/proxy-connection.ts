import { isAppError } from '../../../shared/errors/app-error.ts';
import { majorOf } from '../codec/server-version.ts';
import { openGrpcProxy } from './proxy-grpc.ts';
import { openSshProxy } from './proxy-ssh.ts';
import type { ProxyConnection, ProxyConnectionOptions } from './proxy-types.ts';

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
