import { create, fromBinary } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { ConnectReportingService, SubmitConnectEventRequestSchema } from '../codec/gen/prehog/connect_pb.js';

/** The whole request, from the dial to the answer (telemetry.md 7). */
const deadlineMs = 5_000;

/** Submits one encoded event; rejects with the reason when the collector did not take it. No credentials, no redirects. */
export type SubmitUsageEvent = (bytes: Uint8Array, signal: AbortSignal) => Promise<void>;

/** A client of the collector at `baseUrl` (telemetry.md 7): Connect protocol, unary, binary. */
export function createUsageCollector(baseUrl: string): SubmitUsageEvent {
  const client = createClient(
    ConnectReportingService,
    createConnectTransport({
      baseUrl,
      httpVersion: '1.1',
      useBinaryFormat: true,
      defaultTimeoutMs: deadlineMs,
      interceptors: [
        (next) => (request) => {
          request.header.set('User-Agent', 'porthole');
          return next(request);
        },
      ],
    }),
  );
  return async (bytes, signal) => {
    await client.submitConnectEvent(
      create(SubmitConnectEventRequestSchema, fromBinary(SubmitConnectEventRequestSchema, bytes)),
      { signal },
    );
  };
}
