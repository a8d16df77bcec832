import { type Cluster, type CreateClusterOptions, createCluster } from '../../src/cluster/cluster.ts';
import type { Role } from '../../src/cluster/roles.ts';
import { makeUser } from '../../src/cluster/users.ts';
import { account, neighbours, type TestCluster } from './clusters.ts';

/** `alice` and `erin` ask, `bob` and `carol` decide; `dora` decides, and may not watch what others ask for. */
export type PersonName = 'alice' | 'erin' | 'bob' | 'carol' | 'dora';

export interface RequestCluster extends Cluster {
  /** The cluster as one of its users signs in to it. */
  as(name: PersonName): Pick<TestCluster, 'address' | 'webCaPem' | 'user' | 'code'>;
}

const roles: Role[] = [
  {
    name: 'requester',
    logins: [account],
    serverLabels: { env: ['test'] },
    request: {
      roles: ['dba', 'prod', 'night-shift'],
      searchAsRoles: ['prod'],
      thresholds: [{ name: 'two people', filter: '', approve: 2, deny: 1 }],
      suggestedReviewers: ['bob', 'carol'],
      maxDurationMs: 3 * 24 * 3_600_000,
      reasonMode: 'required',
    },
    requestPrompt: 'Which ticket is this for?',
    rules: [{ resources: ['access_request'], verbs: ['delete'] }],
  },
  { name: 'dba', logins: [account], serverLabels: { tier: ['data'] } },
  { name: 'night-shift', logins: [account], serverLabels: { env: ['night'] } },
  {
    name: 'prod',
    logins: [account],
    serverLabels: { env: ['prod'] },
    databaseLabels: { env: ['prod'] },
    databaseUsers: ['*'],
    databaseNames: ['*'],
    kubernetesGroups: ['developers'],
  },
  {
    name: 'reviewer',
    logins: [account],
    serverLabels: { env: ['test'] },
    reviewRequests: { roles: ['*'], previewAsRoles: ['prod'] },
    rules: [{ resources: ['access_request'], verbs: ['list', 'read'] }],
  },
  {
    name: 'blind-reviewer',
    logins: [account],
    serverLabels: { env: ['test'] },
    reviewRequests: { roles: ['*'], previewAsRoles: ['prod'] },
  },
];

/** One who asks, two who decide together; what is in production opens by a request alone. */
export async function startRequestCluster(
  options: Partial<CreateClusterOptions> = {},
): Promise<RequestCluster> {
  const users = [
    makeUser('alice', ['requester']),
    makeUser('erin', ['requester']),
    makeUser('bob', ['reviewer']),
    makeUser('carol', ['reviewer']),
    makeUser('dora', ['blind-reviewer']),
  ];
  const cluster = await createCluster({
    name: 'requests.porthole',
    users,
    roles,
    localNode: { hostname: 'workbench', labels: { env: 'test' } },
    otherLocalNodes: [
      { id: '00000000-0000-4000-8000-00000000a001', hostname: 'prod-01', labels: { env: 'prod' } },
    ],
    resources: neighbours,
    ...options,
  });
  return {
    ...cluster,
    as: (name) => {
      const user = users.find((one) => one.name === name);
      if (!user) throw new Error(`${name} is nobody here.`);
      return {
        address: cluster.address,
        webCaPem: cluster.webCaPem,
        user,
        code: () => cluster.core.users.currentCode(name),
      };
    },
  };
}
