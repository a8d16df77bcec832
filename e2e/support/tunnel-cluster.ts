import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { CreateClusterOptions } from '../../src/cluster/cluster.ts';
import type { Role } from '../../src/cluster/roles.ts';
import { account, startCluster, type TestCluster } from './clusters.ts';

export const developer: Role = {
  name: 'developer',
  logins: [account],
  serverLabels: { '*': ['*'] },
  databaseUsers: ['reader', 'writer'],
  databaseNames: ['postgres', 'archive'],
  kubernetesGroups: ['system:masters'],
};

const setup = `CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO items VALUES (1, 'brass porthole'), (2, 'oak plank'), (3, 'hemp rope');`;

const demoNamespace = { kind: 'Namespace', metadata: { name: 'shop' } };
const demoConfig = {
  kind: 'ConfigMap',
  metadata: { name: 'greeting', namespace: 'shop' },
  data: { text: 'Welcome to the shop' },
};

export interface TunnelCluster extends TestCluster {
  /** Requests that the HTTP app has seen. */
  readonly seen: string[];
}

/** A cluster with a PostgreSQL, a web page, and a TCP service that answers in upper case on two ports; more databases and apps by `options`. */
export async function startTunnelCluster(
  role: Partial<Role> = {},
  options: Partial<CreateClusterOptions> = {},
): Promise<TunnelCluster> {
  const seen: string[] = [];
  const page = createHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Wiki</title><h1>Wiki of the shop</h1>');
  });
  const shout = () =>
    createServer((socket) => {
      socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
      socket.on('error', () => socket.destroy());
    });
  const servers = [page, shout(), shout()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    ports.push(typeof address === 'object' && address ? address.port : 0);
  }
  const [web = 0, first = 0, second = 0] = ports;
  const cluster = await startCluster({
    ...options,
    roles: [{ ...developer, ...role }],
    databases: [
      {
        name: 'shop',
        protocol: 'postgres',
        labels: { env: 'test' },
        description: 'Items of the shop',
        target: { kind: 'embedded', setup },
      },
      ...(options.databases ?? []),
    ],
    kubernetes: [
      {
        name: 'prod-eu',
        labels: { env: 'test' },
        api: { kind: 'embedded', objects: [demoNamespace, demoConfig] },
      },
      { name: 'staging', labels: { env: 'test' }, api: { kind: 'embedded' } },
    ],
    apps: [
      { name: 'wiki', uri: `http://127.0.0.1:${web}`, labels: { env: 'test' } },
      {
        name: 'shout',
        uri: 'tcp://127.0.0.1',
        labels: { env: 'test' },
        tcpPorts: [first, second].sort((a, b) => a - b).map((port) => ({ port })),
      },
      ...(options.apps ?? []),
    ],
  });
  return {
    ...cluster,
    seen,
    stop: async () => {
      await cluster.stop();
      for (const server of servers) server.close();
    },
  };
}
