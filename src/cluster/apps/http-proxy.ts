import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import { joinStreams } from '../streams.ts';
import type { AppTokens } from '../app-tokens.ts';
import type { AppAccess } from './access.ts';

export interface AppProxyOptions {
  readonly tokens: AppTokens;
  /** Newer servers explain why an app cannot be reached, and refuse unknown sessions instead of sending to a login. */
  readonly isModern: boolean;
  readonly isStopped: (app: string) => boolean;
}

const accessOf = new WeakMap<Duplex, AppAccess>();
/** Set by the proxy alone; what a client sends under these names is dropped. */
const ownHeaders = /^(teleport-jwt-assertion|x-forwarded-.*|x-real-ip|host)$/;
const sessionCookie = /^__Host-grv_app_session(_subject)?=/;
const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
]);
const unreachable =
  'Connection Refused\n\nThe host of the application does not answer, perhaps because its server is not running.\n';

/** Feeds one connection to the proxy; its certificate decided the access. */
export function serveAppConnection(server: Server, socket: Duplex, access: AppAccess): void {
  accessOf.set(socket, access);
  server.emit('connection', socket);
}

/** The reverse proxy in front of HTTP apps (tunnels.md 5.3). */
export function createAppProxy(options: AppProxyOptions): Server {
  const server = createServer({ requestTimeout: 0 }, (incoming, response) => {
    const access = accessOf.get(incoming.socket);
    if (access?.kind === 'allowed') forward(options, access, incoming, response);
    else refuse(options, access, incoming, response);
  });
  server.on('upgrade', (incoming, socket, head) => {
    const access = accessOf.get(socket);
    if (access?.kind === 'allowed') upgrade(options, access, incoming, { socket, head });
    else socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

function refuse(
  { isModern }: AppProxyOptions,
  access: AppAccess | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const why = access?.kind === 'refused' ? access.why : 'locked';
  if (why === 'denied') answer(response, 404, 'Not Found\n');
  else if (why === 'locked' || isModern) answer(response, 403, 'Forbidden\n');
  else {
    const host = incoming.headers.host ?? '';
    response.writeHead(302, { location: `https://localhost/web/launch/${host}` }).end();
  }
}

type Allowed = Extract<AppAccess, { kind: 'allowed' }>;

function forward(
  options: AppProxyOptions,
  access: Allowed,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(access.app.uri);
  if (options.isStopped(access.app.name)) {
    answer(response, 500, options.isModern ? unreachable : 'Internal Server Error');
    return;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    answer(response, 500, 'Internal Server Error');
    return;
  }
  if (url.pathname !== '/' && incoming.url === '/') {
    response.writeHead(302, { location: url.pathname }).end();
    return;
  }
  const outgoing = open(url, requestOptions(options, access, incoming, url));
  outgoing.on('response', (result) => {
    response.writeHead(result.statusCode ?? 502, withoutHopHeaders(result));
    result.on('error', () => response.destroy());
    result.pipe(response);
  });
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else answer(response, 500, options.isModern ? unreachable : 'Internal Server Error');
  });
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function upgrade(
  options: AppProxyOptions,
  access: Allowed,
  incoming: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): void {
  const url = new URL(access.app.uri);
  const wanted = requestOptions(options, access, incoming, url);
  const outgoing = open(url, wanted);
  outgoing.setHeader('connection', 'Upgrade');
  outgoing.setHeader('upgrade', incoming.headers.upgrade ?? '');
  socket.once('close', () => outgoing.destroy());
  socket.on('error', () => socket.destroy());
  outgoing.on('upgrade', (result, far, farHead) => {
    socket.write(headOf(result));
    if (farHead.length > 0) socket.write(farHead);
    if (head.length > 0) far.write(head);
    joinStreams(socket, far);
  });
  outgoing.on('response', (result) => {
    socket.write(headOf(result, 'close'));
    result.pipe(socket);
  });
  outgoing.on('error', () => {
    socket.end('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  outgoing.end();
}

/** Status line and headers as the app wrote them. */
function headOf(result: IncomingMessage, connection?: string): string {
  const lines = [`HTTP/1.1 ${result.statusCode} ${result.statusMessage ?? ''}`];
  for (let at = 0; at + 1 < result.rawHeaders.length; at += 2) {
    const name = result.rawHeaders[at] ?? '';
    const isHop = hopHeaders.has(name.toLowerCase());
    if (connection === undefined || !isHop) lines.push(`${name}: ${result.rawHeaders[at + 1]}`);
  }
  if (connection !== undefined) lines.push(`Connection: ${connection}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function open(url: URL, options: RequestOptions) {
  return url.protocol === 'https:'
    ? httpsRequest({ ...options, rejectUnauthorized: false })
    : httpRequest(options);
}

function requestOptions(
  { tokens }: AppProxyOptions,
  { app, caller }: Allowed,
  incoming: IncomingMessage,
  url: URL,
): RequestOptions {
  const host = incoming.headers.host ?? '';
  const port = /:(\d+)$/.exec(host)?.[1] ?? '443';
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    if (!ownHeaders.test(name) && !hopHeaders.has(name) && name !== 'upgrade') headers[name] = value;
  }
  const cookies = (incoming.headers.cookie ?? '').split(/;\s*/).filter((one) => !sessionCookie.test(one));
  if (incoming.headers.cookie !== undefined) headers['cookie'] = cookies.join('; ');
  if (headers['cookie'] === '') delete headers['cookie'];
  headers['accept-encoding'] ??= 'gzip';
  const client = '127.0.0.1'; // The cluster listens on loopback alone.
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    method: incoming.method,
    path: incoming.url,
    agent: false,
    headers: {
      ...headers,
      host: url.host,
      'teleport-jwt-assertion': tokens.issue(caller, app.uri),
      'x-forwarded-for': client,
      'x-forwarded-host': host,
      'x-forwarded-port': port,
      'x-forwarded-proto': 'https',
      'x-forwarded-server': hostname(),
      'x-forwarded-ssl': 'on',
      'x-real-ip': client,
    },
  } as RequestOptions;
}

function withoutHopHeaders(result: IncomingMessage): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(result.headersDistinct).filter(([name]) => !hopHeaders.has(name)));
}
