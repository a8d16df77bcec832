import { afterEach, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from '../../cluster/cluster.ts';
import type { Role } from '../../cluster/roles.ts';
import { makeUser } from '../../cluster/users.ts';
import type { RequestDraft } from '../../shared/contract/access-requests.ts';
import type { AppState } from '../../shared/contract/state.ts';
import type { AccountUri, RequestUri } from '../../shared/uri/uri.ts';
import type { Host, HostNotice } from '../host/host.ts';
import { makeHost } from '../testing/host.ts';
import { openPage, type TestPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const users = [
  makeUser('alice', ['requester']),
  makeUser('bob', ['reviewer']),
  makeUser('carol', ['reviewer']),
];
const nodeId = '11111111-2222-4333-8444-555555555555';
const roles: Role[] = [
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

interface World {
  readonly cluster: Cluster;
  readonly page: TestPage;
  readonly state: () => AppState;
  readonly told: HostNotice[];
  readonly account: Record<'alice' | 'bob' | 'carol', AccountUri>;
  readonly host: Host;
}

async function start(
  options: { now?: () => Date; clusterNow?: () => Date; reviewerRules?: boolean } = {},
): Promise<World> {
  const cluster = await createCluster({
    name: 'requests.porthole',
    users,
    roles: options.reviewerRules === false ? roles.map(({ rules: _rules, ...role }) => role) : roles,
    resources: [
      {
        kind: 'node',
        id: nodeId,
        name: 'pg-1',
        address: '127.0.0.1:2',
        labels: { env: 'prod', tier: 'data' },
      },
    ],
    ...(options.clusterNow ? { now: options.clusterNow } : {}),
  });
  cleanUps.push(() => cluster.stop());
  const told: HostNotice[] = [];
  const host = { ...makeHost(), notify: (notice: HostNotice) => void told.push(notice) };
  return { ...(await startApp(cluster, host, options.now)), told };
}

async function startApp(cluster: Cluster, host: Host, now?: () => Date) {
  const app = createApp(host, { version: '0.0.0', ...(now ? { now } : {}) });
  cleanUps.push(() => app.dispose());
  const page = await openPage(app);
  const { state } = page;
  const { clusterUri } = await page.api.clusters.add({
    address: cluster.address,
    trust: { kind: 'ca', pem: cluster.webCaPem },
  });
  const account = {} as World['account'];
  for (const user of users) {
    const { accountUri } = await page.api.clusters.signIn({
      kind: 'password',
      clusterUri,
      userName: user.name,
      password: user.password,
      oneTimeCode: cluster.core.users.currentCode(user.name),
    });
    account[user.name as keyof World['account']] = accountUri;
  }
  return { cluster, page, state, account, host };
}

const draft = (accountUri: AccountUri, change: Partial<RequestDraft> = {}): RequestDraft => ({
  accountUri,
  roles: ['dba'],
  resources: [],
  reason: 'The disk of pg-1 is full',
  reviewers: [],
  ...change,
});

/** The same request as another account sees it. */
const seenBy = (uri: RequestUri, account: AccountUri): RequestUri =>
  `${account}/requests/${uri.split('/').at(-1) ?? ''}` as RequestUri;

describe('access requests', () => {
  it('are asked for, seen by both reviewers, approved by two, told, assumed and dropped', async () => {
    const { page, state, account, told } = await start();
    const created = await page.api.requests.create(draft(account.alice));
    expect(created).toMatchObject({
      state: 'pending',
      isOwn: true,
      approvals: { given: 0, needed: 2 },
      denials: { given: 0, needed: 1 },
      mayReview: { answer: 'no' },
      mayDelete: { answer: 'yes' },
      assumable: { kind: 'never' },
    });
    expect(created.seats).toHaveLength(2);
    expect(state().requests[created.uri]?.state).toBe('pending');
    const forBob = seenBy(created.uri, account.bob);
    await expect.poll(() => state().requests[forBob]?.waitsForMe).toBe(true);
    const noticesOf = (kind: string) =>
      Object.values(state().notices).filter((notice) => notice.kind === kind);
    await expect.poll(() => noticesOf('waits-for-review').length).toBe(2);
    expect(noticesOf('approved')).toEqual([]);

    const once = await page.api.requests.review({ requestUri: forBob, decision: 'approve', reason: 'Go on' });
    expect(once).toMatchObject({ state: 'pending', approvals: { given: 1, needed: 2 }, waitsForMe: false });
    await expect.poll(() => state().requests[created.uri]?.approvals.given).toBe(1);
    expect(noticesOf('waits-for-review').map((notice) => notice.accountUri)).toEqual([account.carol]);
    await expect(
      page.api.requests.review({ requestUri: forBob, decision: 'approve', reason: '' }),
    ).rejects.toMatchObject({ data: { code: 'conflict' } });

    await page.api.requests.review({
      requestUri: seenBy(created.uri, account.carol),
      decision: 'approve',
      reason: '',
    });
    await expect.poll(() => state().requests[created.uri]?.state).toBe('approved');
    expect(state().requests[created.uri]?.assumable).toEqual({ kind: 'now' });
    await expect
      .poll(() => noticesOf('approved'))
      .toMatchObject([{ person: 'carol', accountUri: account.alice, summary: 'dba' }]);
    expect(noticesOf('waits-for-review')).toEqual([]);
    expect(told.filter((notice) => /approved/.test(notice.title))).toHaveLength(1);

    const preview = await page.api.requests.previewAssume({ requestUris: [created.uri] });
    expect(preview).toMatchObject({ roles: ['dba'], problems: [], narrowsToResources: false });
    const listed = async () =>
      (
        await page.api.resources.list({
          accountUri: account.alice,
          kinds: [],
          search: '',
          sort: { field: 'name', descending: false },
          limit: 10,
        })
      ).items.map((item) => item.name);
    expect(await listed()).toEqual([]);
    await page.api.requests.assume({ requestUris: [created.uri] });
    expect(state().accounts[account.alice]?.roles.toSorted()).toEqual(['dba', 'requester']);
    await expect
      .poll(() => state().accounts[account.alice]?.assumed)
      .toMatchObject([{ requestUri: created.uri, roles: ['dba'], resources: [] }]);
    await expect.poll(() => state().requests[created.uri]?.isAssumed).toBe(true);
    expect(await listed()).toEqual(['pg-1']);

    await page.api.requests.drop({ accountUri: account.alice });
    expect(state().accounts[account.alice]).toMatchObject({ roles: ['requester'], assumed: [] });
    expect(await listed()).toEqual([]);
    await page.api.requests.markNoticesRead({});
    await expect.poll(() => Object.values(state().notices).every((notice) => notice.isRead)).toBe(true);
  });
});
