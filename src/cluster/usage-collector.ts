import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  type SubmitConnectEventRequest,
  SubmitConnectEventRequestSchema,
} from '../main/protocol/codec/gen/prehog/connect_pb.js';

const path = '/prehog.v1alpha.ConnectReportingService/SubmitConnectEvent';
const maxBodyBytes = 64 * 1024;
const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const hashed = /^[A-Za-z0-9+/]{43}=$/;
const words: Readonly<Record<string, ReadonlySet<string>>> = {
  connectorType: new Set(['local', 'passwordless', 'github', 'saml', 'oidc']),
  protocol: new Set(['ssh', 'kube', 'db', 'app', 'desktop']),
  origin: new Set(['resource_table', 'search_bar', 'connection_list', 'reopened_session']),
  accessThrough: new Set(['proxy_service', 'local_proxy']),
};

/** One event as it arrived. `problems` is empty when it keeps every rule of telemetry.md 9. */
export interface ReceivedEvent {
  readonly name: string;
  readonly request: SubmitConnectEventRequest;
  /** The whole request as it came: first line, headers, body. */
  readonly raw: Buffer;
  readonly problems: readonly string[];
}

/** How a collector in trouble behaves. `answer` lets a test write whatever it likes. */
export type CollectorFault = (response: ServerResponse, request: IncomingMessage) => void;

/** A collector of usage data on 127.0.0.1, for tests and for the curious: decodes, checks and shows what arrives. */
export interface UsageCollector {
  readonly address: string;
  readonly received: readonly ReceivedEvent[];
  /** Connections that were ever made to it. */
  readonly connections: number;
  setFault(fault: CollectorFault | undefined): void;
  stop(): Promise<void>;
}

export interface UsageCollectorOptions {
  readonly port?: number;
  /** Any address of this machine; default 127.0.0.1. */
  readonly host?: string;
  /** PEM; with it the collector speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly onEvent?: (event: ReceivedEvent) => void;
}

export async function startUsageCollector(options: UsageCollectorOptions = {}): Promise<UsageCollector> {
  const { host = '127.0.0.1', tls } = options;
  const received: ReceivedEvent[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let fault: CollectorFault | undefined;
  const take = (event: ReceivedEvent) => {
    received.push(event);
    options.onEvent?.(event);
  };
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    if (fault) fault(response, request);
    else void answer(request, response, take);
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  return {
    address: `${tls ? 'https' : 'http'}://${host}:${portOf(server)}`,
    received,
    get connections() {
      return connections;
    },
    setFault(next) {
      fault = next;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  take: (event: ReceivedEvent) => void,
): Promise<void> {
  try {
    if (request.url !== path) return refuse(response, 404, 'not_found', 'unknown path');
    if (request.method !== 'POST') return refuse(response, 405, 'unimplemented', 'only POST');
    if (request.headers['content-type'] !== 'application/proto')
      return refuse(response, 415, 'unimplemented', 'only application/proto');
    const body = await readBody(request);
    if (!body) return refuse(response, 413, 'resource_exhausted', 'too large');
    const head = [`${request.method} ${request.url}`, ...request.rawHeaders].join('\n');
    const raw = Buffer.concat([Buffer.from(`${head}\n\n`), body]);
    take({ ...check(fromBinary(SubmitConnectEventRequestSchema, body)), raw });
    response.writeHead(200, { 'Content-Type': 'application/proto' }).end();
  } catch (error) {
    refuse(response, 400, 'invalid_argument', error instanceof Error ? error.message : 'malformed');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ code, message }));
}

/** Judges one event by the rules of telemetry.md 9. */
function check(request: SubmitConnectEventRequest): Omit<ReceivedEvent, 'raw'> {
  const problems: string[] = [];
  if (!uuidV4.test(request.distinctId)) problems.push('distinct_id is not a UUID v4');
  if (!request.timestamp) problems.push('timestamp is missing');
  else if (timestampDate(request.timestamp).getTime() > Date.now() + 1_000)
    problems.push('timestamp is in the future');
  if (request.event.case === undefined) problems.push('no event');
  const values: Record<string, unknown> = { ...request.event.value };
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string') continue;
    if ((name === 'clusterName' || name === 'userName') && !hashed.test(value))
      problems.push(`${name} is not anonymized`);
    if (words[name] && !words[name].has(value)) problems.push(`${name} is "${value}"`);
  }
  return { name: request.event.case ?? 'none', request, problems };
}

/** One line for a person to read. */
export function describeReceived(event: ReceivedEvent): string {
  const text = JSON.stringify(toJson(SubmitConnectEventRequestSchema, event.request));
  return event.problems.length === 0 ? text : `${text} — ${event.problems.join('; ')}`;
}

function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
