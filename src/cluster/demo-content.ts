import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { startDemoEchoApp } from './apps/demo-echo-app.ts';
import { startDemoHttpApp } from './apps/demo-http-app.ts';
import type { CreateClusterOptions } from './cluster.ts';
import type { ClusterDatabase } from './db/target.ts';
import type { ClusterResource } from './inventory.ts';
import { demoObjects } from './kube/demo-objects.ts';
import { demoRoles, type DemoUser, demoUsers } from './demo-people.ts';

/** Where requests and devices of the demo are kept, and the secret of this installation (32 bytes). */
export interface KeptDemo {
  readonly path: string;
  readonly key: Uint8Array;
}

export interface DemoCluster {
  readonly options: CreateClusterOptions;
  /** The first one is signed in when nobody is named. */
  readonly users: readonly [DemoUser, ...DemoUser[]];
  /** Ends the applications that the cluster offers. */
  stop(): Promise<void>;
}

/**
 * What a person finds who tries Porthole without a cluster: this machine as a server, a PostgreSQL database, a Kubernetes
 * cluster, a web and a TCP application, and a few neighbours to look at.
 */
export async function demoCluster(kept?: KeptDemo): Promise<DemoCluster> {
  const users = demoUsers(kept?.key);
  const [web, echo] = await Promise.all([startDemoHttpApp(), startDemoEchoApp()]);
  return {
    users,
    options: {
      name: 'demo.porthole',
      users,
      roles: demoRoles,
      secondFactors: ['otp', 'webauthn'],
      ...(kept ? { storePath: kept.path, storeKey: kept.key } : {}),
      kubernetes: [
        {
          name: 'workshop',
          labels: { env: 'demo' },
          api: { kind: 'embedded', objects: demoObjects() },
        },
      ],
      localNode: {
        id: stableId('this machine'),
        hostname: hostname() || 'this-machine',
        labels: { env: 'demo', os: process.platform, place: 'this machine' },
      },
      otherLocalNodes: [
        {
          id: stableId('production-01'),
          hostname: 'production-01',
          labels: { env: 'production', role: 'web' },
        },
        { id: stableId('vault-01'), hostname: 'vault-01', labels: { env: 'vault' } },
      ],
      resources: neighbours(),
      databases: [orders, ledger],
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

const ledger: ClusterDatabase = {
  name: 'ledger',
  protocol: 'postgres',
  labels: { env: 'production', team: 'finance' },
  description: 'Books of the shop; opened by a request',
  target: {
    kind: 'embedded',
    setup: `
      CREATE TABLE entries (id int PRIMARY KEY, account text NOT NULL, amount numeric(10, 2) NOT NULL);
      INSERT INTO entries SELECT n, (ARRAY['sales', 'rent', 'wages'])[1 + n % 3], 5 + (n * 53) % 900
        FROM generate_series(1, 60) AS n;`,
  },
};

/** The same id at every start, so that a request for a server stays one for it. */
function stableId(name: string): string {
  const hex = createHash('sha256').update(`porthole demo ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function neighbours(): ClusterResource[] {
  const node = (name: string, address: string, labels: Record<string, string>): ClusterResource => ({
    kind: 'node',
    id: stableId(name),
    name,
    address,
    labels,
  });
  return [
    node('web-01', '127.0.0.1:2', { env: 'staging', role: 'web', region: 'eu-west' }),
    node('web-02', '127.0.0.1:2', { env: 'staging', role: 'web', region: 'us-east' }),
    node('build-01', '127.0.0.1:2', { env: 'ci', role: 'build' }),
    node('production-02', '127.0.0.1:2', { env: 'production', role: 'web' }),
    {
      kind: 'kube_cluster',
      id: 'staging-eu',
      name: 'staging-eu',
      address: '',
      labels: { env: 'staging', region: 'eu-west' },
    },
  ];
}
