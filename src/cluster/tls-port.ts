import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import {
  authAlpnPrefix,
  decodeClusterName,
  proxySshAlpn,
  proxySshGrpcAlpn,
} from '../main/protocol/codec/cluster-name.ts';
import { pingAlpnSuffix } from '../main/protocol/codec/ping-frames.ts';
import { databaseAlpns, tcpAppAlpn, withPing } from '../main/protocol/codec/tunnel-alpn.ts';
import { type ClientHello, maxHelloBytes, parseClientHello } from './client-hello.ts';

const helloTimeoutMs = 15_000;
const reverseTunnelAlpn = 'teleport-reversetunnel';
const mysqlAlpn = 'teleport-mysql';
/** Their clients speak no TLS of their own before it; all others make a second handshake (tunnels.md 1.2). */
const plainDatabases: readonly string[] = ['teleport-postgres', mysqlAlpn];

/** Where a connection goes, chosen from its ClientHello as a real proxy does (login.md 6.4, tunnels.md 1.3). */
export type Route = 'auth' | 'ssh' | 'ssh-grpc' | 'web' | 'probe' | 'db' | 'db-tls' | 'app-tcp' | 'kube';

export interface TlsPortOptions {
  readonly clusterName: string;
  readonly web: { readonly key: string; readonly certificate: string };
  readonly host: { readonly key: string; readonly certificate: string };
  /** PEM; told to clients as acceptable issuers of their certificates. */
  readonly userCaPem: string;
  /** Routes that this pose does not know fall through to the next protocol. */
  readonly routes: ReadonlySet<Route>;
  /** Whether TCP apps may be reached with ping framing. */
  readonly tcpPing: boolean;
  /** Beginnings of server names that lead to Kubernetes, whatever the protocol. */
  readonly kubePrefixes: readonly string[];
  readonly onConnection: (route: Route, socket: TLSSocket) => void;
}

/** The one port of the proxy. Everything else of it gets finished TLS sockets. */
export class TlsPort {
  readonly #options: TlsPortOptions;
  /** One per route: each speaks its own protocols, with its own certificate. */
  readonly #ends: Readonly<Record<Route, TlsServer>>;
  readonly #tunnelNames: readonly string[];
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: TlsPortOptions) {
    this.#options = options;
    const names = [...databaseAlpns, tcpAppAlpn].flatMap(withPing);
    this.#tunnelNames = names.filter((name) => options.tcpPing || name !== withPing(tcpAppAlpn)[0]);
    this.#ends = {
      auth: this.#createEnd('auth', ['h2', 'http/1.1']),
      'ssh-grpc': this.#createEnd('ssh-grpc', ['h2', proxySshGrpcAlpn]),
      ssh: this.#createEnd('ssh', [proxySshAlpn]),
      web: this.#createEnd('web', ['http/1.1']),
      probe: this.#createEnd('probe', [reverseTunnelAlpn]),
      db: this.#createEnd('db', chooseTunnelName),
      'db-tls': this.#createEnd('db-tls', chooseTunnelName),
      'app-tcp': this.#createEnd('app-tcp', chooseTunnelName),
      kube: this.#createEnd('kube', ['http/1.1']),
    };
  }

  /** Listens on 127.0.0.1; port 0 picks a free one. */
  async listen(port: number): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const timer = setTimeout(() => socket.destroy(), helloTimeoutMs);
    let seen = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const hello = seen.length > maxHelloBytes ? undefined : parseClientHello(seen);
      if (hello === 'incomplete') return;
      clearTimeout(timer);
      socket.removeListener('data', onData);
      socket.pause();
      if (hello === undefined) {
        socket.destroy();
        return;
      }
      socket.unshift(seen);
      this.#secure(socket, hello);
    };
    socket.on('data', onData);
    socket.once('close', () => clearTimeout(timer));
  }

  #secure(socket: Socket, hello: ClientHello): void {
    const route = this.#choose(hello);
    if (route) this.#ends[route].emit('connection', socket);
    else socket.destroy();
  }

  /** Makes a second handshake inside a stream: the client shows its certificate there. */
  secureAgain(stream: Duplex, onSecure: (socket: TLSSocket) => void): void {
    const { host, userCaPem } = this.#options;
    const server = createTlsServer(
      {
        key: host.key,
        cert: host.certificate,
        minVersion: 'TLSv1.2',
        ca: userCaPem,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (socket) => {
        socket.on('error', () => socket.destroy());
        onSecure(socket);
      },
    );
    server.on('tlsClientError', () => stream.destroy());
    server.emit('connection', stream);
  }

  #createEnd(route: Route, alpn: string[] | AlpnChoice): TlsServer {
    const isHost = route === 'auth' || route === 'ssh' || route === 'ssh-grpc' || route === 'kube';
    const { host, web, userCaPem } = this.#options;
    const server = createTlsServer(
      {
        key: isHost ? host.key : web.key,
        cert: isHost ? host.certificate : web.certificate,
        minVersion: 'TLSv1.2',
        ...(typeof alpn === 'function'
          ? { ALPNCallback: ({ protocols }) => alpn(this.#tunnelNames, protocols) }
          : { ALPNProtocols: alpn }),
        // The certificate is judged by each service, which can tell the client why it is refused.
        ca: userCaPem,
        requestCert: route !== 'probe',
        rejectUnauthorized: false,
      },
      (socket) => {
        socket.on('error', () => socket.destroy());
        this.#options.onConnection(route, socket);
      },
    );
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }

  /** By server name, else the first of the client's protocols that has a service (tunnels.md 1.3). */
  #choose(hello: ClientHello): Route | undefined {
    if (this.#options.kubePrefixes.some((prefix) => hello.serverName.startsWith(prefix))) return 'kube';
    if (hello.alpn.length === 0) return 'web';
    return hello.alpn
      .map((name) => this.#routeOf(name))
      .find((route) => route !== undefined && this.#options.routes.has(route));
  }

  #routeOf(name: string): Route | undefined {
    if (name.startsWith(authAlpnPrefix)) {
      return decodeClusterName(name.slice(authAlpnPrefix.length)) === this.#options.clusterName
        ? 'auth'
        : undefined;
    }
    if (name === proxySshGrpcAlpn) return 'ssh-grpc';
    if (name === proxySshAlpn) return 'ssh';
    if (name === 'http/1.1') return 'web';
    return name === reverseTunnelAlpn ? 'probe' : this.#tunnelRouteOf(name);
  }

  /** MySQL clients may add the version of their server to the name; all other names count as they are. */
  #tunnelRouteOf(name: string): Route | undefined {
    if (name.startsWith(mysqlAlpn)) return 'db';
    if (!this.#tunnelNames.includes(name)) return undefined;
    const plain = name.endsWith(pingAlpnSuffix) ? name.slice(0, -pingAlpnSuffix.length) : name;
    if (plain === tcpAppAlpn) return 'app-tcp';
    return plainDatabases.includes(plain) ? 'db' : 'db-tls';
  }
}

type AlpnChoice = (known: readonly string[], offered: readonly string[]) => string | undefined;

/** The proxy's own order counts: ping framing wherever both sides know it. */
function chooseTunnelName(known: readonly string[], offered: readonly string[]): string | undefined {
  return (
    known.find((name) => name.endsWith(pingAlpnSuffix) && offered.includes(name)) ??
    offered.find((name) => known.includes(name) || name.startsWith(mysqlAlpn))
  );
}
