import type { Socket } from 'node:net';
import { create, fromBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { ConnectReportingService, SubmitConnectEventRequestSchema } from '../codec/gen/prehog/connect_pb.js';
import { AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { cancelled, dialTimedOut } from '../net/dial-errors.ts';
import type { ProxyAddress } from '../net/address.ts';
import { dialTcp, dialTls, type ServerTrust } from '../net/dialer.ts';

/** The whole request, from the dial to the answer (telemetry.md 7). */
const defaultDeadlineMs = 5_000;

/** Submits one encoded event; rejects with the reason when the collector did not take it. No credentials, no redirects. */
export type SubmitUsageEvent = (bytes: Uint8Array, signal: AbortSignal) => Promise<void>;

export interface UsageCollectorOptions {
  /** Default: what the system trusts. */
  readonly trust?: ServerTrust;
  readonly deadlineMs?: number;
}

/**
 * A client of the collector at `baseUrl` (telemetry.md 7): Connect protocol, unary, binary. Each event has a connection of
 * its own, through the HTTP proxy of the settings where one is set, so that none is left open when sending is turned off.
 */
export function createUsageCollector(baseUrl: string, options: UsageCollectorOptions = {}): SubmitUsageEvent {
  const { trust = { kind: 'system' }, deadlineMs = defaultDeadlineMs } = options;
  return async (bytes, signal) => {
    const ended = new AbortController();
    const limit = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(deadlineMs)]);
    let socket: Socket | undefined;
    const client = createClient(
      ConnectReportingService,
      createConnectTransport({
        baseUrl,
        httpVersion: '1.1',
        useBinaryFormat: true,
        nodeOptions: {
          createConnection: (_options, done) => {
            dialCollector(new URL(baseUrl), trust, limit).then(
              (dialled) => {
                socket = dialled;
                done(null, dialled);
              },
              (error: unknown) => done(error as Error, undefined as never),
            );
            return undefined;
          },
        },
        interceptors: [
          (next) => (request) => {
            request.header.set('User-Agent', 'porthole');
            return next(request);
          },
        ],
      }),
    );
    try {
      const message = fromBinary(SubmitConnectEventRequestSchema, bytes);
      await client.submitConnectEvent(create(SubmitConnectEventRequestSchema, message), { signal: limit });
    } catch (error) {
      throw toCollectorError(error, signal, limit);
    } finally {
      ended.abort();
      socket?.destroy();
    }
  };
}

/** What the collector said stays in `detail`: it is shown to nobody. */
function toCollectorError(error: unknown, stopped: AbortSignal, limit: AbortSignal): AppError {
  if (stopped.aborted) return cancelled();
  if (limit.aborted) return dialTimedOut('The collector', error);
  const cause = error instanceof ConnectError ? error.cause : error;
  if (isAppError(cause)) return cause;
  const detail = error instanceof ConnectError ? Code[error.code] : undefined;
  return new AppError('server-error', 'The collector did not take the event.', { detail, cause: error });
}

function dialCollector(url: URL, trust: ServerTrust, signal: AbortSignal): Promise<Socket> {
  const isTls = url.protocol === 'https:';
  const address: ProxyAddress = { host: url.hostname, port: Number(url.port) || (isTls ? 443 : 80) };
  return isTls ? dialTls({ address, trust, alpn: ['http/1.1'] }, signal) : dialTcp(address, signal);
}
