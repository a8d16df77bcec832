import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { type Cluster, createCluster, type CreateClusterOptions } from '../../cluster/cluster.ts';
import { type ClusterUser, makeUser } from '../../cluster/users.ts';
import type { TunnelInfo, TunnelTarget } from '../../shared/contract/tunnels.ts';
import {
  type AccountUri,
  formatResourceUri,
  parseAccountUri,
  type ResourceUri,
} from '../../shared/uri/uri.ts';
import type { App } from '../app/app.ts';
import { createApp } from '../app/create-app.ts';
import type { Host } from '../host/host.ts';
import { makeHost } from './host.ts';
import { openPage, type TestPage } from './page.ts';

export interface StartedCluster {
  readonly cluster: Cluster;
  readonly user: ClusterUser;
}

/** An embedded cluster with one user, `alice`, who may use everything as the database users `lab` and `reader`. */
export async function startTunnelCluster(
  options: Partial<CreateClusterOptions> = {},
): Promise<StartedCluster> {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [
      {
        name: 'developer',
        logins: ['dev'],
        serverLabels: { '*': ['*'] },
        databaseUsers: ['lab', 'reader'],
        databaseNames: ['lab', 'missing', 'postgres'],
      },
    ],
    ...options,
  });
  return { cluster, user };
}

export interface StartedApp {
  readonly app: App;
  readonly host: Host;
  readonly page: TestPage;
  readonly accountUri: AccountUri;
  uri(kind: 'database' | 'app' | 'kubernetes', id: string): ResourceUri;
  /** Opens a tunnel and waits until it is ready. */
  openReady(target: TunnelTarget): Promise<TunnelInfo>;
  tunnel(id: string): TunnelInfo;
}

/** The app with the cluster's user signed in. */
export async function startTunnelApp(
  { cluster, user }: StartedCluster,
  options: { readonly host?: Host; readonly now?: () => Date; readonly signsIn?: boolean } = {},
): Promise<StartedApp> {
  const host = options.host ?? makeHost();
  const app = createApp(host, {
    version: '0.0.0',
    ...(options.now ? { now: options.now } : {}),
    demo: {
      address: cluster.address,
      caPem: cluster.webCaPem,
      userName: user.name,
      credentials: async () => ({
        password: user.password,
        oneTimeCode: cluster.core.users.currentCode(user.name),
      }),
    },
  });
  const page = await openPage(app);
  const demo = page.state().app.demo;
  if (!demo) throw new Error('there is no demo cluster');
  if (options.signsIn !== false) await page.api.clusters.signIn({ kind: 'demo' });
  const { accountUri } = demo;
  const tunnel = (id: string) => {
    const info = page.state().tunnels[id];
    if (!info) throw new Error('there is no such tunnel');
    return info;
  };
  return {
    app,
    host,
    page,
    accountUri,
    tunnel,
    uri: (kind, id) =>
      formatResourceUri({
        address: parseAccountUri(accountUri)?.address ?? '',
        userName: user.name,
        kind,
        id,
      }),
    async openReady(target) {
      const { tunnelId } = await page.api.tunnels.open({ target });
      await until(() => page.state().tunnels[tunnelId]?.status.kind === 'ready');
      return tunnel(tunnelId);
    },
  };
}

/** Waits for something that comes by itself; fails after a while. */
export async function until(condition: () => boolean | Promise<boolean>, patienceMs = 20_000): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`it did not come to pass: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function dialLocal(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes until the far side ends. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The next bytes, at least so many. */
export async function readSome(socket: Socket, atLeast: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < atLeast) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
  }
  return bytes;
}

/** Open descriptors of this process; Linux only. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
