import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Client, createClient } from '@connectrpc/connect';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { openAuthConnection } from '../../main/protocol/client/auth-connection.ts';
import { signInWithPassword } from '../../main/protocol/client/login.ts';
import { findProxy, WebApi } from '../../main/protocol/client/web-api.ts';
import { AuthService } from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import type { AccountIdentity } from '../../main/protocol/codec/identity.ts';
import { encodePublicKey, formatAuthorizedKey } from '../../main/protocol/codec/ssh/keys.ts';
import type { Cluster } from '../cluster.ts';
import { PingStream } from '../ping-stream.ts';
import type { ClusterUser } from '../users.ts';

export interface TunnelKeys {
  readonly key: string;
  readonly cert: string;
}

/** The smallest client of tunnels: asks for certificates, dials, and offers a local port to ordinary programs. */
export class TunnelClient {
  readonly #cluster: Cluster;
  readonly #identity: AccountIdentity;
  readonly auth: Client<typeof AuthService>;
  readonly #closers: (() => void)[] = [];

  private constructor(
    cluster: Cluster,
    identity: AccountIdentity,
    connection: { transport: unknown; dispose(): void },
  ) {
    this.#cluster = cluster;
    this.#identity = identity;
    this.auth = createClient(AuthService, connection.transport as Parameters<typeof createClient>[1]);
    this.#closers.push(() => connection.dispose());
  }

  static async signIn(cluster: Cluster, user: ClusterUser): Promise<TunnelClient> {
    const trust = { kind: 'ca' as const, pem: cluster.webCaPem };
    const { address, ping } = await findProxy(cluster.address, trust);
    const identity = await signInWithPassword(new WebApi({ address, trust }), ping, {
      userName: user.name,
      password: user.password,
      oneTimeCode: cluster.core.users.currentCode(user.name),
    });
    return new TunnelClient(cluster, identity, await openAuthConnection({ address, identity }));
  }

  /** The certificate of the login itself. */
  get loginKeys(): TunnelKeys {
    const key = this.#identity.tlsKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { key, cert: this.#identity.tlsCertificate };
  }

  /** `request` says usage and route, as in auth-api.md 7. */
  async keysFor(request: object, lifeMs = 3_600_000): Promise<TunnelKeys> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const isNew = this.#cluster.core.pose.splitKeys;
    const { tls } = await this.auth.generateUserCerts({
      username: this.#identity.userName,
      expires: timestampFromDate(new Date(this.#cluster.core.now().getTime() + lifeMs)),
      routeToCluster: this.#cluster.name,
      ...(isNew
        ? { tlsPublicKey: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })) }
        : { publicKey: Buffer.from(formatAuthorizedKey(encodePublicKey(privateKey))) }),
      ...request,
    });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { key, cert: Buffer.from(tls).toString() };
  }

  databaseKeys(serviceName: string, protocol: string, username = ''): Promise<TunnelKeys> {
    return this.keysFor({ usage: 3, requesterName: 1, routeToDatabase: { serviceName, protocol, username } });
  }

  /** In the steps that the server's version wants. */
  async appKeys(name: string, targetPort = 0): Promise<TunnelKeys> {
    const publicAddr = `${name}.localhost`;
    const isOld = this.#cluster.core.pose.twoStepApps;
    const made = isOld
      ? await this.auth.createAppSession({ username: this.#identity.userName, publicAddr })
      : undefined;
    const sessionId = made?.session?.metadata?.name ?? '';
    const routeToApp = { name, publicAddr, clusterName: this.#cluster.name, sessionId, targetPort };
    const keys = await this.keysFor({ usage: 4, requesterName: 4, routeToApp });
    const { appSessionDelayMs } = this.#cluster.core.pose;
    if (isOld) await new Promise((resolve) => setTimeout(resolve, appSessionDelayMs + 50));
    return keys;
  }

  /** A finished TLS connection to the proxy's port; framing is the caller's matter. */
  async dial(alpn: readonly string[], keys?: TunnelKeys): Promise<TLSSocket> {
    const socket = connect({
      host: '127.0.0.1',
      port: this.#cluster.port,
      servername: 'localhost',
      ca: this.#cluster.webCaPem,
      ALPNProtocols: [...alpn],
      ...keys,
    });
    this.#closers.push(() => socket.destroy());
    await once(socket, 'secureConnect');
    socket.on('error', () => socket.destroy());
    return socket;
  }

  /** A port of this machine that leads there; gives its number. */
  async listen(alpn: readonly string[], keys: TunnelKeys): Promise<number> {
    const server = createServer((local) => void this.#join(local, alpn, keys));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#closers.push(() => server.close());
    return (server.address() as { port: number }).port;
  }

  async #join(local: Socket, alpn: readonly string[], keys: TunnelKeys): Promise<void> {
    local.on('error', () => local.destroy());
    this.#closers.push(() => local.destroy());
    try {
      const socket = await this.dial(alpn, keys);
      const far = String(socket.alpnProtocol).endsWith('-ping') ? new PingStream(socket) : socket;
      far.on('error', () => local.destroy());
      local.pipe(far, { end: false });
      far.pipe(local);
      far.once('close', () => local.end());
      local.once('close', () => far.destroy());
    } catch {
      local.destroy();
    }
  }

  dispose(): void {
    for (const close of this.#closers.splice(0)) close();
  }
}
