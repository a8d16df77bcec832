import { Duplex } from 'node:stream';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import type { Disposable } from '../../../shared/lifecycle/disposable.ts';
import { authAlpnPrefix, encodeClusterName } from '../codec/cluster-name.ts';
import { errorFromGrpc } from '../codec/grpc-error.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import type { ProxyAddress } from '../net/address.ts';
import { cancelled, fromSocketError } from '../net/dial-errors.ts';
import { dialTls } from '../net/dialer.ts';
import { factsOfSocket } from '../net/socket-facts.ts';
import type { LinkFacts } from './proxy-types.ts';
import { connectionLost } from '../net/ssh/ssh-errors.ts';
import { hostCaPem } from './host-authorities.ts';
import { EarlyAnswers } from './early-answers.ts';

const callTimeoutMs = 20_000;
/** While a stream is open; servers close connections that are pinged more often than each minute (auth-api.md 1.4). */
const pingMs = 65_000;

/** One gRPC connection to the auth server, through the proxy's web port (auth-api.md 1.1). */
export interface AuthConnection extends Disposable {
  readonly isOpen: boolean;
  readonly transport: Transport;
  readonly link: LinkFacts;
}

export async function openAuthConnection(
  options: { readonly address: ProxyAddress; readonly identity: AccountIdentity },
  signal?: AbortSignal,
): Promise<AuthConnection> {
  const { address, identity } = options;
  const encoded = encodeClusterName(identity.clusterName);
  const socket = await dialTls(
    {
      address,
      servername: encoded,
      alpn: [`${authAlpnPrefix}${encoded}`, 'h2'],
      trust: { kind: 'ca', pem: hostCaPem(identity) },
      client: { key: identity.tlsKey, certificate: identity.tlsCertificate },
    },
    signal,
  );
  const link: LinkFacts = { transport: 'gRPC', ...factsOfSocket(socket) };
  let socketError: AppError | undefined;
  socket.on('error', (error) => {
    socketError = fromSocketError(error, `${address.host}:${address.port}`);
  });
  let given = false;
  const manager = new EarlyAnswers(
    `https://${encoded}`,
    { idleConnectionTimeoutMs: 10 * 60_000, pingIntervalMs: pingMs, pingTimeoutMs: 15_000 },
    {
      createConnection: () => {
        // One connection per object: whoever needs another one dials again, with its errors told.
        if (given) return new Duplex().destroy(new Error('the connection is closed'));
        given = true;
        return socket;
      },
    },
  );
  const transport = createGrpcTransport({
    baseUrl: `https://${encoded}`,
    sessionManager: manager,
    defaultTimeoutMs: callTimeoutMs,
    interceptors: [
      (next) => async (request) => {
        // v11 hands out old role versions without it; v18 closes connections that name an old one (versions.md, rule 4).
        if (majorOf(identity.serverVersion) === 11) request.header.set('version', identity.serverVersion);
        try {
          return await next(request);
        } catch (error) {
          throw toCallError(error, socketError, request.signal.aborted);
        }
      },
    ],
  });
  return {
    get isOpen() {
      return !socket.destroyed;
    },
    transport,
    link,
    dispose() {
      manager.abort();
      socket.destroy();
    },
  };
}

/** Rejections of Connect stay `ConnectError`s inside it; this keeps a coded error as their cause. */
function toCallError(error: unknown, socketError: AppError | undefined, isAborted: boolean): ConnectError {
  const connectError = ConnectError.from(error);
  const isCanceled = connectError.code === Code.Canceled;
  // A server that closes the connection looks like a cancellation that nobody asked for.
  const known = isCanceled && isAborted ? cancelled() : undefined;
  const lost =
    isCanceled ||
    connectError.code === Code.Unavailable ||
    connectError.code === Code.Internal ||
    connectError.code === Code.Aborted;
  const cause =
    known ??
    (lost ? socketError : undefined) ??
    (isCanceled ? connectionLost(connectError.rawMessage) : undefined) ??
    errorFromGrpc(connectError.code, connectError.rawMessage);
  return new ConnectError(connectError.rawMessage, connectError.code, undefined, undefined, cause);
}

/** The coded error of a failed call, with the code of gRPC's status kept for probes. */
export function callError(error: unknown): { readonly status: number; readonly error: AppError } {
  const connectError = ConnectError.from(error);
  const cause = connectError.cause;
  return {
    status: connectError.code,
    error: isAppError(cause) ? cause : errorFromGrpc(connectError.code, connectError.rawMessage),
  };
}
