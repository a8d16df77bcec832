import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { isCaller } from '../caller-status.ts';
import type { Caller, CallerCheck, ClusterCore } from '../core.ts';
import { type ClusterResource, publicAddressOf } from '../inventory.ts';
import { grantCovers } from '../grant.ts';
import { rolesFor } from '../roles.ts';
import { joinStreams } from '../streams.ts';
import { createAppProxy, serveAppConnection } from './http-proxy.ts';
import type { AppAccess } from './access.ts';
import type { ClusterApp } from './target.ts';

/** Applications behind the proxy's port: HTTP by a reverse proxy, everything else as bytes. */
export class AppService {
  readonly #core: ClusterCore;
  readonly #apps = new Map<string, ClusterApp>();
  readonly #http: Server;

  constructor(core: ClusterCore, apps: Iterable<ClusterApp>) {
    this.#core = core;
    this.#http = createAppProxy({
      tokens: core.appTokens,
      isModern: core.pose.splitKeys,
      isStopped: (name) => core.tunnels.isStopped('app', name),
    });
    for (const app of apps) this.add(app);
  }

  add(app: ClusterApp): void {
    const { name, uri, ...rest } = app;
    const resource: ClusterResource = { kind: 'app', id: name, name, address: uri, ...rest };
    this.#core.inventory.add([resource]);
    this.#apps.set(publicAddressOf(resource), app);
  }

  /** Every request of the connection goes to the app of the certificate, whatever host it names. */
  serveHttp(socket: TLSSocket, check: CallerCheck): void {
    const access = isCaller(check) ? this.#accessOf(check) : ({ kind: 'refused', why: 'locked' } as const);
    if (access.kind === 'allowed') this.#track(socket, access);
    serveAppConnection(this.#http, socket, access);
  }

  serveTcp(stream: Duplex, caller: Caller): void {
    const access = this.#accessOf(caller);
    const address = access.kind === 'allowed' ? this.#addressOf(access) : undefined;
    if (access.kind === 'refused' || !address) {
      stream.destroy();
      return;
    }
    this.#track(stream, access);
    void this.#dial(stream, address).catch(() => stream.destroy());
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
  }

  #track(stream: Duplex, { app, caller }: Extract<AppAccess, { kind: 'allowed' }>): void {
    const close = () => stream.destroy();
    const remove = this.#core.tunnels.add({
      kind: 'app',
      target: app.name,
      userName: caller.userName,
      close,
    });
    stream.once('close', remove);
  }

  #accessOf(caller: Caller): AppAccess {
    const route = caller.tunnel.app;
    const session = route && this.#core.appSessions.find(route.sessionId, caller.userName);
    const app = route && this.#apps.get(route.publicAddress);
    if (!session || !app) return { kind: 'refused', why: 'unknown' };
    const reachable = rolesFor(caller.roles, 'app', app.labels);
    const isGranted = grantCovers(caller.grant, this.#core.options.name, { kind: 'app', id: app.name });
    const needsMfa = reachable.some((role) => role.requireSessionMfa) && caller.grant.mfaDevice === '';
    return reachable.length > 0 && isGranted && !needsMfa
      ? { kind: 'allowed', app, caller }
      : { kind: 'refused', why: 'denied' };
  }

  /** Where the bytes go; undefined for a port that the app does not have (tunnels.md 5.4). */
  #addressOf({ app, caller }: Extract<AppAccess, { kind: 'allowed' }>): Address | undefined {
    if (this.#core.tunnels.isStopped('app', app.name)) return undefined;
    const url = new URL(app.uri);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const wanted = caller.tunnel.app?.targetPort;
    const [first] = app.tcpPorts ?? [];
    if (!first) {
      const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
      return wanted === undefined || wanted === port ? { host, port } : undefined;
    }
    if (wanted === undefined) return { host, port: first.port };
    const isListed = app.tcpPorts?.some(({ port, endPort = port }) => wanted >= port && wanted <= endPort);
    return isListed ? { host, port: wanted } : undefined;
  }

  async #dial(stream: Duplex, { host, port }: Address): Promise<void> {
    const target = connect({ host, port, noDelay: true });
    stream.once('close', () => target.destroy());
    target.on('error', () => target.destroy());
    await Promise.race([
      once(target, 'connect'),
      once(target, 'close').then(() => Promise.reject(new Error('closed'))),
    ]);
    joinStreams(stream, target);
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}
