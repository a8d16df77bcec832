import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { startDemoEchoApp } from './apps/demo-echo-app.ts';
import { startDemoHttpApp } from './apps/demo-http-app.ts';
import type { CreateClusterOptions } from './cluster.ts';
import type { ClusterDatabase } from './db/target.ts';
import type { ClusterResource } from './inventory.ts';
import { demoObjects } from './kube/demo-objects.ts';
import type { Role } from './roles.ts';
import { type ClusterUser, makeUser } from './users.ts';

export const demoUserName = 'demo';

export interface DemoCluster {
  readonly options: CreateClusterOptions;
  readonly user: ClusterUser;
  /** Ends the applications that the cluster offers. */
  stop(): Promise<void>;
}

/**
 * What a person finds who tries Porthole without a cluster: this machine as a server, a PostgreSQL database, a Kubernetes
 * cluster, a web and a TCP application, and a few neighbours to look at.
 */
export async function demoCluster(): Promise<DemoCluster> {
  const user = makeUser(demoUserName, ['developer']);
  const [web, echo] = await Promise.all([startDemoHttpApp(), startDemoEchoApp()]);
  return {
    user,
    options: {
      name: 'demo.porthole',
      users: [user],
      roles: [developer],
      kubernetes: [
        {
          name: 'workshop',
          labels: { env: 'demo', place: 'this machine' },
          api: { kind: 'embedded', objects: demoObjects() },
        },
      ],
      localNode: {
        hostname: hostname() || 'this-machine',
        labels: { env: 'demo', os: process.platform, place: 'this machine' },
      },
      resources: neighbours(),
      databases: [orders],
      apps: [
        {
          name: 'request-mirror',
          uri: `http://127.0.0.1:${web.port}`,
          labels: { env: 'demo', team: 'shop' },
          description: 'Shows the request that reaches it',
        },
        {
          name: 'echo',
          uri: `tcp://127.0.0.1:${echo.port}`,
          labels: { env: 'demo' },
          description: 'Sends back what it gets',
        },
      ],
    },
    stop: async () => {
      await Promise.all([web.stop(), echo.stop()]);
    },
  };
}

const developer: Role = {
  name: 'developer',
  logins: [userInfo().username],
  serverLabels: { '*': ['*'] },
  databaseUsers: ['*'],
  databaseNames: ['*'],
  kubernetesGroups: ['developers'],
};

const orders: ClusterDatabase = {
  name: 'orders',
  protocol: 'postgres',
  labels: { env: 'demo', team: 'shop' },
  description: 'Orders of the shop',
  target: {
    kind: 'embedded',
    setup: `
      CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL);
      INSERT INTO customers VALUES
        (1, 'Ada Moreau', 'Lyon'), (2, 'Björn Lund', 'Malmö'), (3, 'Chiara Conti', 'Turin'), (4, 'Dawit Bekele', 'Addis Ababa');
      CREATE TABLE orders (
        id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, item text NOT NULL,
        amount numeric(8, 2) NOT NULL, ordered_on date NOT NULL
      );
      INSERT INTO orders
        SELECT n, 1 + n % 4, (ARRAY['Lamp', 'Desk', 'Chair', 'Shelf', 'Rug'])[1 + n % 5], 9.90 + (n * 37) % 400,
               date '2026-01-01' + n
        FROM generate_series(1, 200) AS n;`,
  },
};

function neighbours(): ClusterResource[] {
  const node = (name: string, address: string, labels: Record<string, string>): ClusterResource => ({
    kind: 'node',
    id: randomUUID(),
    name,
    address,
    labels,
  });
  return [
    node('web-01', '127.0.0.1:2', { env: 'staging', role: 'web', region: 'eu-west' }),
    node('web-02', '127.0.0.1:2', { env: 'staging', role: 'web', region: 'us-east' }),
    node('build-01', '127.0.0.1:2', { env: 'ci', role: 'build' }),
    {
      kind: 'kube_cluster',
      id: 'staging-eu',
      name: 'staging-eu',
      address: '',
      labels: { env: 'staging', region: 'eu-west' },
    },
  ];
}
