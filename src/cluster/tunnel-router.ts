import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { pingAlpnSuffix } from '../main/protocol/codec/ping-frames.ts';
import type { AppService } from './apps/app-service.ts';
import { isCaller } from './caller-status.ts';
import type { CallerCheck, ClusterCore } from './core.ts';
import type { DatabaseService } from './db/database-service.ts';
import { errorResponse, parseStartup, startupLength } from './db/postgres-messages.ts';
import { PingStream } from './ping-stream.ts';
import { endAndClose, StreamReader } from './streams.ts';

export interface TunnelServices {
  readonly core: ClusterCore;
  readonly databases: DatabaseService;
  readonly apps: AppService;
  readonly serveWeb: (socket: TLSSocket) => void;
  readonly secureAgain: (stream: Duplex, onSecure: (socket: TLSSocket) => void) => void;
}

/**
 * Gives a finished TLS connection to the service that it is for: a certificate that leads to a database wins over the
 * negotiated name (tunnels.md 1.3). Node cannot send TLS alerts of its own, so a bad certificate is a bare close.
 */
export function routeTunnel(
  services: TunnelServices,
  route: 'web' | 'db' | 'db-tls' | 'app-tcp',
  socket: TLSSocket,
): void {
  const check = services.core.checkCaller(socket);
  if (check === 'expired' || check === 'unknown-authority') {
    socket.destroy();
    return;
  }
  const stream = String(socket.alpnProtocol).endsWith(pingAlpnSuffix) ? new PingStream(socket) : socket;
  stream.on('error', () => stream.destroy());
  if (databaseRouteOf(check)) serveDatabase(services, check, stream);
  else if (route === 'web') serveWeb(services, check, socket);
  else if (route === 'app-tcp') serveTcpApp(services, check, stream);
  else if (route === 'db-tls') serveInside(services, stream);
  else if (String(socket.alpnProtocol).startsWith('teleport-postgres'))
    void servePostgresWithoutRoute(services, check, stream).catch(() => stream.destroy());
  else stream.destroy();
}

/** The client shows its certificate in a handshake of its own, inside the first. */
function serveInside(services: TunnelServices, stream: Duplex): void {
  services.secureAgain(stream, (inner) => {
    const check = services.core.checkCaller(inner);
    if (databaseRouteOf(check)) serveDatabase(services, check, inner);
    else inner.destroy();
  });
}

function databaseRouteOf(check: CallerCheck) {
  return typeof check === 'object' ? check.tunnel.database : undefined;
}

function serveDatabase({ databases }: TunnelServices, check: CallerCheck, stream: Duplex): void {
  if (isCaller(check)) databases.serve(stream, check);
  else stream.destroy();
}

function serveTcpApp({ apps }: TunnelServices, check: CallerCheck, stream: Duplex): void {
  if (isCaller(check)) apps.serveTcp(stream, check);
  else stream.destroy();
}

function serveWeb({ apps, serveWeb: web }: TunnelServices, check: CallerCheck, socket: TLSSocket): void {
  const isForApp = typeof check === 'object' && check.tunnel.usage === 'apps';
  if (isForApp) apps.serveHttp(socket, check);
  else web(socket);
}

/** Clients that encrypt on their own may do so now; the rest hears in words why it gets no database. */
async function servePostgresWithoutRoute(
  services: TunnelServices,
  check: CallerCheck,
  stream: Duplex,
): Promise<void> {
  const reader = new StreamReader(stream);
  const length = startupLength(await reader.take(4));
  const packet = length === undefined ? undefined : parseStartup(await reader.take(length));
  reader.release();
  if (packet?.kind === 'ssl') {
    stream.write('S');
    serveInside(services, stream);
    return;
  }
  const text = isCaller(check)
    ? `database "" not found among registered databases in cluster "${services.core.options.name}"`
    : 'cluster "" is not found';
  stream.write(errorResponse(text, '08004'));
  endAndClose(stream);
}
