import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { pingAlpnSuffix } from '../main/protocol/codec/ping-frames.ts';
import type { AppService } from './apps/app-service.ts';
import { isCaller } from './caller-status.ts';
import type { CallerCheck, ClusterCore } from './core.ts';
import type { DatabaseService } from './db/database-service.ts';
import { errorResponse } from './db/postgres-messages.ts';
import { PingStream } from './ping-stream.ts';
import { endAndClose } from './streams.ts';

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
  else if (route === 'db-tls') {
    services.secureAgain(stream, (inner) => {
      const innerCheck = services.core.checkCaller(inner);
      if (databaseRouteOf(innerCheck)) serveDatabase(services, innerCheck, inner);
      else inner.destroy();
    });
  } else if (String(socket.alpnProtocol).startsWith('teleport-postgres'))
    refusePostgres(services.core, check, stream);
  else stream.destroy();
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

/** A certificate without a database gets its refusal in words, after the client has said something. */
function refusePostgres(core: ClusterCore, check: CallerCheck, stream: Duplex): void {
  const text = isCaller(check)
    ? `database "" not found among registered databases in cluster "${core.options.name}"`
    : 'cluster "" is not found';
  stream.once('end', () => stream.destroy());
  stream.once('data', () => {
    stream.write(errorResponse(text, '08004'));
    endAndClose(stream);
  });
}
