import { userInfo } from 'node:os';
import { type Cluster, type CreateClusterOptions, createCluster } from '../../src/cluster/cluster.ts';
import type { ClusterResource } from '../../src/cluster/inventory.ts';
import { makeUser } from '../../src/cluster/users.ts';

export const account = userInfo().username;
export const nodeName = 'workbench';

export interface TestCluster extends Cluster {
  readonly user: { readonly name: string; readonly password: string };
  code(): string;
}

/** A cluster with one user, a server with shells on this machine, and neighbours of other kinds. */
export async function startCluster(options: Partial<CreateClusterOptions> = {}): Promise<TestCluster> {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [{ name: 'developer', logins: [account, 'nobody-here'], serverLabels: { '*': ['*'] } }],
    localNode: { hostname: nodeName, labels: { env: 'test', team: 'shop' } },
    resources: neighbours,
    ...options,
  });
  return { ...cluster, user, code: () => cluster.core.users.currentCode(user.name) };
}

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const neighbours: readonly ClusterResource[] = [
  { kind: 'node', id: id(1), name: 'api-01', address: '127.0.0.1:2', labels: { env: 'prod', team: 'api' } },
  {
    kind: 'node',
    id: id(2),
    name: 'api-02',
    address: '127.0.0.1:2',
    labels: { env: 'stage', team: 'api' },
    openssh: true,
  },
  {
    kind: 'db',
    id: 'orders',
    name: 'orders',
    address: 'postgres',
    labels: { env: 'prod' },
    description: 'Orders of the shop',
  },
  { kind: 'kube_cluster', id: 'prod-eu', name: 'prod-eu', address: '', labels: { env: 'prod' } },
  { kind: 'app', id: 'grafana', name: 'grafana', address: 'http://127.0.0.1:3', labels: {} },
];

export function manyServers(count: number): ClusterResource[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'node' as const,
    id: id(1_000 + index),
    name: `host-${String(index).padStart(6, '0')}`,
    address: '127.0.0.1:2',
    labels: {
      env: index % 3 === 0 ? 'prod' : 'stage',
      rack: `r${index % 40}`,
      owner: 'platform',
      tier: String(index % 5),
    },
  }));
}
