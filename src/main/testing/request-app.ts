import { type Cluster, type CreateClusterOptions, createCluster } from '../../cluster/cluster.ts';
import type { Role } from '../../cluster/roles.ts';
import { type ClusterUser, makeUser } from '../../cluster/users.ts';
import type { RequestDraft, RequestNotice } from '../../shared/contract/access-requests.ts';
import type { AppState } from '../../shared/contract/state.ts';
import type { AccountUri, RequestUri } from '../../shared/uri/uri.ts';
import type { App } from '../app/app.ts';
import { createApp } from '../app/create-app.ts';
import type { Host, HostNotice } from '../host/host.ts';
import { makeHost } from './host.ts';
import { openPage, type TestPage } from './page.ts';

export const nodeId = '11111111-2222-4333-8444-555555555555';
export const requestRoles: Role[] = [
  {
    name: 'requester',
    logins: ['nobody'],
    serverLabels: { env: ['dev'] },
    request: {
      roles: ['dba', 'prod'],
      searchAsRoles: ['prod'],
      thresholds: [{ name: 'two', filter: '', approve: 2, deny: 1 }],
      suggestedReviewers: ['bob', 'carol'],
    },
    rules: [{ resources: ['access_request'], verbs: ['delete'] }],
  },
  { name: 'dba', logins: ['dba'], serverLabels: { tier: ['data'] } },
  { name: 'prod', logins: ['deploy'], serverLabels: { env: ['prod'] } },
  {
    name: 'reviewer',
    logins: [],
    serverLabels: {},
    reviewRequests: { roles: ['*'], previewAsRoles: ['prod'] },
    rules: [{ resources: ['access_request'], verbs: ['read', 'list'] }],
  },
];

/** Deletes on the server, past every page. */
export const administrator = {
  userName: 'root',
  roles: [
    {
      name: 'admin',
      logins: [],
      serverLabels: {},
      rules: [{ resources: ['access_request'], verbs: ['*'] }],
    },
  ],
  certificateEndMs: Date.now() + 3_600_000,
  activeRequests: [],
};

export type PersonName = 'alice' | 'bob' | 'carol';

export interface RequestWorld {
  readonly cluster: Cluster;
  readonly app: App;
  readonly page: TestPage;
  readonly state: () => AppState;
  readonly users: Record<PersonName, ClusterUser>;
  readonly told: HostNotice[];
  readonly account: Record<PersonName, AccountUri>;
  readonly host: Host;
  readonly stop: () => Promise<void>;
}

export interface RequestWorldOptions {
  readonly now?: () => Date;
  readonly cluster?: Partial<CreateClusterOptions>;
  /** Fills the cluster before the app starts. */
  readonly prepare?: (cluster: Cluster) => void;
}

/** Two reviewers, one who asks, and an app in which all three are signed in. */
export async function startRequestWorld(options: RequestWorldOptions = {}): Promise<RequestWorld> {
  const users = {
    alice: makeUser('alice', ['requester']),
    bob: makeUser('bob', ['reviewer']),
    carol: makeUser('carol', ['reviewer']),
  };
  const cluster = await createCluster({
    name: 'requests.porthole',
    users: Object.values(users),
    roles: requestRoles,
    resources: [
      {
        kind: 'node',
        id: nodeId,
        name: 'pg-1',
        address: '127.0.0.1:2',
        labels: { env: 'prod', tier: 'data' },
      },
    ],
    ...options.cluster,
  });
  options.prepare?.(cluster);
  const told: HostNotice[] = [];
  const host = { ...makeHost(), notify: (notice: HostNotice) => void told.push(notice) };
  const app = createApp(host, { version: '0.0.0', ...(options.now ? { now: options.now } : {}) });
  const page = await openPage(app);
  const { clusterUri } = await page.api.clusters.add({
    address: cluster.address,
    trust: { kind: 'ca', pem: cluster.webCaPem },
  });
  const account = {} as RequestWorld['account'];
  for (const user of Object.values(users)) {
    const { accountUri } = await page.api.clusters.signIn({
      kind: 'password',
      clusterUri,
      userName: user.name,
      password: user.password,
      oneTimeCode: cluster.core.users.currentCode(user.name),
    });
    account[user.name as PersonName] = accountUri;
  }
  return {
    cluster,
    app,
    page,
    state: page.state,
    told,
    users,
    account,
    host,
    stop: async () => {
      await app.dispose();
      await cluster.stop();
    },
  };
}

export const draft = (accountUri: AccountUri, change: Partial<RequestDraft> = {}): RequestDraft => ({
  accountUri,
  roles: ['dba'],
  resources: [],
  reason: 'The disk of pg-1 is full',
  reviewers: [],
  ...change,
});

/** The same request as another account sees it. */
export const seenBy = (uri: RequestUri, account: AccountUri): RequestUri =>
  `${account}/requests/${uri.split('/').at(-1) ?? ''}` as RequestUri;

/** Both reviewers say yes. */
export async function approve({ page, account }: RequestWorld, uri: RequestUri): Promise<void> {
  for (const who of ['bob', 'carol'] as const)
    await page.api.requests.review({
      requestUri: seenBy(uri, account[who]),
      decision: 'approve',
      reason: '',
    });
}

export function noticesOf({ state }: RequestWorld, kind: RequestNotice['kind']): RequestNotice[] {
  return Object.values(state().notices).filter((notice) => notice.kind === kind);
}
