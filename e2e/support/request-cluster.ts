import { randomUUID } from 'node:crypto';
import { type Cluster, type CreateClusterOptions, createCluster } from '../../src/cluster/cluster.ts';
import type { Role } from '../../src/cluster/roles.ts';
import { makeUser } from '../../src/cluster/users.ts';
import { account, neighbours, type TestCluster } from './clusters.ts';

export type PersonName = 'alice' | 'bob' | 'carol';

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
];

/** One who asks, two who decide together; what is in production opens by a request alone. */
export async function startRequestCluster(
  options: Partial<CreateClusterOptions> = {},
): Promise<RequestCluster> {
  const users = [
    makeUser('alice', ['requester']),
    makeUser('bob', ['reviewer']),
    makeUser('carol', ['reviewer']),
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

/** Requests of `alice`, `ticket-0000` the oldest, each a moment after the one before. */
export function fillWithRequests({ core }: RequestCluster, count: number): void {
  const { requests } = core;
  const names = ['dba', 'prod', 'night-shift'];
  const certificateEndMs = Date.now() + 12 * 3_600_000;
  let last = 0;
  for (let index = 0; index < count; index += 1) {
    // Their times order them.
    while (Date.now() === last);
    last = Date.now();
    requests.create(
      {
        userName: 'alice',
        roles: requests.directory.staticRolesOf('alice'),
        certificateEndMs,
        activeRequests: [],
      },
      {
        id: randomUUID(),
        user: 'alice',
        roles: [names[index % names.length] ?? ''],
        state: 'pending',
        requestReason: `ticket-${String(index).padStart(4, '0')}`,
        resolveReason: '',
        hasResolveAnnotations: false,
        suggestedReviewers: [],
        resourceIds: [],
        loginHint: '',
        dryRun: false,
      },
    );
  }
}
