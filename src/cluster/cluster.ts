import { once } from 'node:events';
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createTcpServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Server as SshServer } from 'ssh2';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createAuthJsonApi } from './auth-json-api.ts';
import { authRoutes } from './auth-service.ts';
import { callerContext } from './caller-context.ts';
import { issueTls, makeTlsAuthority, type TlsAuthority } from './authorities.ts';
import { ClusterCore, type ClusterOptions } from './core.ts';
import type { ClusterResource } from './inventory.ts';
import { hostPrincipals, issueHostSsh, makeHostTls } from './issue.ts';
import { KubeAccess } from './kube-access.ts';
import { createKubeBackends, type KubernetesOptions, toKubeResource } from './kube-clusters.ts';
import { createLocalNode } from './node.ts';
import { NodeDialer } from './node-dialer.ts';
import { createSshProxy } from './ssh-proxy.ts';
import { type Route, TlsPort } from './tls-port.ts';
import { proxySshPath, serveProxySsh } from './transport-service.ts';
import { AppService } from './apps/app-service.ts';
import type { ClusterApp } from './apps/target.ts';
import { DatabaseService } from './db/database-service.ts';
import type { ClusterDatabase } from './db/target.ts';
import { routeTunnel } from './tunnel-router.ts';
import { createWebService } from './web-service.ts';

/** `id`: absent = a new UUID. */
export interface LocalNodeInfo {
  readonly id?: string;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface CreateClusterOptions extends ClusterOptions {
  /** 0 or absent picks a free port. */
  readonly port?: number;
  /** A node with shells on this machine. */
  readonly localNode?: LocalNodeInfo;
  /** More names for this machine, with labels of their own. */
  readonly otherLocalNodes?: readonly LocalNodeInfo[];
  /** Listed only; nothing answers behind them. */
  readonly resources?: Iterable<ClusterResource>;
  readonly databases?: Iterable<ClusterDatabase>;
  readonly apps?: Iterable<ClusterApp>;
  /** Kubernetes clusters that can be used, besides those that `resources` only lists. */
  readonly kubernetes?: readonly KubernetesOptions[];
}

/** A running embedded cluster on 127.0.0.1. Nothing of it is stored; its keys end with it. */
export interface Cluster {
  /** `localhost:<port>`. */
  readonly address: string;
  readonly port: number;
  readonly name: string;
  /** PEM of the authority of the proxy's web certificate. */
  readonly webCaPem: string;
  readonly core: ClusterCore;
  readonly localNodeId: string | undefined;
  /** authorized_keys line of the authority that signs users, for `TrustedUserCAKeys`. */
  readonly userAuthorityLine: string;
  /** A certificate for the host key of an OpenSSH server that is registered under `id`. */
  issueHostCertificate(key: KeyObject, id: string, hostname: string): Buffer;
  addDatabase(database: ClusterDatabase): void;
  addApp(app: ClusterApp): void;
  /** Stops listening and cuts every connection; users, keys and resources stay. */
  suspend(): Promise<void>;
  /** Listens on the same port again. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export async function createCluster(options: CreateClusterOptions): Promise<Cluster> {
  const core = await ClusterCore.create(options);
  core.inventory.add(options.resources ?? []);
  const sweeping = core.requests.sweepRegularly();
  const kube = addKubernetes(core, options.kubernetes ?? []);
  const dialer = new NodeDialer(core);
  const localNodeId = options.localNode ? await addLocalNode(core, dialer, options.localNode) : undefined;
  for (const node of options.otherLocalNodes ?? []) await addLocalNode(core, dialer, node);
  const webCa = await makeTlsAuthority(`${options.name} web`, 'modern', core.now());
  const databases = new DatabaseService(core, options.databases ?? []);
  const apps = new AppService(core, options.apps ?? []);
  const web = createWebService(core);
  const ssh = await createSshProxy(core, dialer);
  const port = await createPort(core, { dialer, web, webCa, ssh, databases, apps, kube });
  const number = await port.listen(options.port ?? 0);
  const plain = options.tlsRouting === false ? await listenForSsh(ssh) : undefined;
  core.setPorts(number, plain?.port ?? 0);
  return {
    address: `localhost:${number}`,
    port: number,
    name: options.name,
    webCaPem: webCa.pem,
    core,
    localNodeId,
    userAuthorityLine: core.userAuthority.sshLine,
    issueHostCertificate: (key, id, hostname) =>
      issueHostSsh(
        core.hostAuthority,
        key,
        { principals: hostPrincipals(id, hostname, options.name), clusterName: options.name, role: 'Node' },
        core.now(),
      ),
    addDatabase: (database) => databases.add(database),
    addApp: (app) => apps.add(app),
    suspend: () => port.close(),
    resume: async () => {
      await port.listen(number);
    },
    stop: async () => {
      plain?.close();
      await port.close();
      await Promise.all([databases.stop(), apps.stop()]);
      sweeping.dispose();
      core.store.close();
      kube.stop();
    },
  };
}

/** The SSH port of a proxy without TLS routing: plain SSH at once (login.md 6.7). */
async function listenForSsh(ssh: SshServer): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    ssh.injectSocket(socket as never);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function addLocalNode(core: ClusterCore, dialer: NodeDialer, node: LocalNodeInfo): Promise<string> {
  const { id = randomUUID(), hostname, labels } = node;
  dialer.addLocal(id, await createLocalNode(core, { id, hostname, labels }));
  core.inventory.add([{ kind: 'node', id, name: hostname, address: '127.0.0.1:3022', labels }]);
  return id;
}

function addKubernetes(core: ClusterCore, clusters: readonly KubernetesOptions[]): KubeAccess {
  core.inventory.add(clusters.map(toKubeResource));
  return new KubeAccess(core, createKubeBackends(clusters, core.now));
}

interface PortServices {
  readonly dialer: NodeDialer;
  readonly web: HttpServer;
  readonly webCa: TlsAuthority;
  readonly ssh: SshServer;
  readonly databases: DatabaseService;
  readonly apps: AppService;
  readonly kube: KubeAccess;
}

async function createPort(core: ClusterCore, services: PortServices): Promise<TlsPort> {
  const { dialer, web, webCa, ssh, databases, apps, kube } = services;
  const [webTls, hostTls] = await Promise.all([
    makeWebTls(core, webCa),
    makeHostTls(core.hostAuthority, {
      commonName: `proxy.${core.options.name}`,
      dnsNames: ['localhost', core.options.name],
      now: core.now(),
    }),
  ]);
  const grpc = createGrpcServer(core, dialer);
  const json = createAuthJsonApi(core);
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const routes = new Set<Route>([
    'auth',
    'ssh',
    'web',
    'probe',
    'db',
    'db-tls',
    'app-tcp',
    ...(core.pose.grpcTransport ? (['ssh-grpc'] as const) : []),
  ]);
  const port = new TlsPort({
    clusterName: core.options.name,
    web: { key: pem(webTls.key), certificate: webTls.certificate },
    host: { key: pem(hostTls.key), certificate: hostTls.certificate },
    userCaPem: core.userAuthority.tls.pem,
    routes,
    tcpPing: core.pose.tcpPing,
    kubePrefixes: ['kube-teleport-proxy-alpn.', ...(core.pose.kubernetes.oldPrefix ? ['kube.'] : [])],
    onConnection: (route: Route, socket: TLSSocket) => {
      if (route === 'ssh') ssh.injectSocket(socket as never);
      else if (route === 'probe') socket.end();
      else if (route === 'kube') kube.accept(socket);
      else if (route !== 'auth' && route !== 'ssh-grpc') routeTunnel(tunnelServices, route, socket);
      else if (core.checkCaller(socket) === 'unknown-authority') socket.destroy();
      else if (socket.alpnProtocol === 'http/1.1') json.emit('connection', socket);
      else grpc.emit('connection', socket);
    },
  });
  const tunnelServices = {
    core,
    databases,
    apps,
    serveWeb: (socket: TLSSocket) => void web.emit('connection', socket),
    secureAgain: port.secureAgain.bind(port),
  };
  return port;
}

async function makeWebTls(
  core: ClusterCore,
  webCa: TlsAuthority,
): Promise<{ key: KeyObject; certificate: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = core.now().getTime();
  const certificate = await issueTls(webCa, {
    publicKey,
    subject: [{ CN: ['localhost'] }],
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + 825 * 24 * 3_600_000),
  });
  return { key: privateKey, certificate };
}

/** The auth server and the proxy's transport, on HTTP/2 inside the TLS that the port has finished. */
function createGrpcServer(core: ClusterCore, dialer: NodeDialer) {
  const adapter = connectNodeAdapter({
    routes: authRoutes(core),
    connect: false,
    grpcWeb: false,
    contextValues: (request) => callerContext(core, request as Http2ServerRequest),
    fallback: (request, response) =>
      answerUnimplemented(request as Http2ServerRequest, response as Http2ServerResponse),
  });
  const server = createHttp2Server((request, response) => {
    if (request.url === proxySshPath && core.pose.grpcTransport)
      serveProxySsh(core, dialer, request, response);
    else {
      if (core.pose.splitKeys) response.setHeader('version', core.pose.serverVersion);
      adapter(request, response);
    }
  });
  server.on('sessionError', () => undefined);
  return server;
}

function answerUnimplemented(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const [, service = '', method = ''] = (request.url ?? '').split('/');
  response.writeHead(200, {
    'content-type': 'application/grpc',
    'grpc-status': '12',
    'grpc-message': encodeURIComponent(`unknown method ${method} for service ${service}`),
  });
  response.end();
}
