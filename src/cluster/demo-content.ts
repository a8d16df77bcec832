import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { CreateClusterOptions } from './cluster.ts';
import type { ClusterResource } from './inventory.ts';
import { type ClusterUser, makeUser } from './users.ts';

export const demoUserName = 'demo';

/** What a person finds who tries Porthole without a cluster: this machine as a server, and a few neighbours to look at. */
export function demoCluster(): { options: CreateClusterOptions; user: ClusterUser } {
  const user = makeUser(demoUserName, ['developer']);
  return {
    user,
    options: {
      name: 'demo.porthole',
      users: [user],
      roles: [{ name: 'developer', logins: [userInfo().username], serverLabels: { '*': ['*'] } }],
      localNode: {
        hostname: hostname() || 'this-machine',
        labels: { env: 'demo', os: process.platform, place: 'this machine' },
      },
      resources: neighbours(),
    },
  };
}

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
      kind: 'db',
      id: 'orders',
      name: 'orders',
      address: 'postgres',
      labels: { env: 'staging', team: 'shop' },
      description: 'Orders of the shop',
    },
    { kind: 'db', id: 'sessions', name: 'sessions', address: 'redis', labels: { env: 'staging' } },
    {
      kind: 'kube_cluster',
      id: 'staging-eu',
      name: 'staging-eu',
      address: '',
      labels: { env: 'staging', region: 'eu-west' },
    },
    {
      kind: 'app',
      id: 'grafana',
      name: 'grafana',
      address: 'http://127.0.0.1:3',
      labels: { env: 'staging' },
      description: 'Dashboards',
    },
  ];
}
