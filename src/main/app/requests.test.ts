import { afterEach, describe, expect, it } from 'vitest';
import {
  administrator,
  draft,
  nodeId,
  requestRoles,
  type RequestWorldOptions,
  seenBy,
  startRequestWorld,
} from '../testing/request-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function start(options: RequestWorldOptions = {}) {
  const world = await startRequestWorld(options);
  cleanUps.push(world.stop);
  return world;
}

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

  it('are denied by one, with the reason; nothing of it can be assumed', async () => {
    const { page, state, account } = await start();
    const { uri } = await page.api.requests.create(draft(account.alice, { roles: ['prod'] }));
    await page.api.requests.review({
      requestUri: seenBy(uri, account.bob),
      decision: 'deny',
      reason: 'Not\nnow',
    });
    await expect.poll(() => state().requests[uri]?.state).toBe('denied');
    expect(state().requests[uri]).toMatchObject({
      resolveReason: 'Not\nnow',
      assumable: { kind: 'never' },
      denials: { given: 1, needed: 1 },
    });
    const late = page.api.requests.review({
      requestUri: seenBy(uri, account.carol),
      decision: 'approve',
      reason: '',
    });
    await expect(late).rejects.toMatchObject({ data: { code: 'conflict' } });
    await expect(page.api.requests.assume({ requestUris: [uri] })).rejects.toMatchObject({
      data: { code: 'request-refused', message: 'This request was denied.' },
    });
    await page.api.requests.delete({ requestUri: uri });
    await expect.poll(() => state().requests[uri]).toBeUndefined();
    await expect(page.api.requests.get({ requestUri: uri })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  it('for a resource are asked for from the list, narrow it while assumed, and are dropped when deleted', async () => {
    const { cluster, page, state, account } = await start();
    const list = () =>
      page.api.resources.list({
        accountUri: account.alice,
        kinds: ['server'],
        search: '',
        sort: { field: 'name', descending: false },
        limit: 10,
        includeRequestable: true,
      });
    const [server] = (await list()).items;
    expect(server).toMatchObject({ name: 'pg-1', requiresRequest: true });
    const resourceUri = server?.uri as never;
    expect(await page.api.requests.explain({ resourceUri })).toMatchObject({
      isReachable: false,
      reasons: [{ code: 'requires-request' }],
      offers: [{ kind: 'request', resourceUri }],
    });
    const item = { kind: 'resource' as const, resourceUri, name: 'pg-1' };
    await page.api.requests.putCart({
      accountUri: account.alice,
      items: [item, item, { kind: 'role', role: 'dba' }],
    });
    await expect.poll(() => state().carts[account.alice]?.items).toHaveLength(2);
    const wanted = draft(account.alice, { roles: [], resources: [item] });
    expect(await page.api.requests.dryRun(wanted)).toMatchObject({
      problems: [],
      roles: ['prod'],
      approvalsNeeded: 2,
      reviewers: ['bob', 'carol'],
    });
    const { uri } = await page.api.requests.create(wanted);
    await expect.poll(() => state().carts[account.alice]?.items).toEqual([{ kind: 'role', role: 'dba' }]);
    const shown = await page.api.requests.get({ requestUri: seenBy(uri, account.bob) });
    expect(shown.resources).toMatchObject([{ kind: 'node', id: nodeId }]);
    expect(await page.api.requests.explain({ resourceUri })).toMatchObject({
      offers: [{ kind: 'follow', requestUri: uri }],
    });
    for (const who of ['bob', 'carol'] as const)
      await page.api.requests.review({
        requestUri: seenBy(uri, account[who]),
        decision: 'approve',
        reason: '',
      });
    await expect.poll(() => state().requests[uri]?.assumable.kind).toBe('now');
    expect(await page.api.requests.explain({ resourceUri })).toMatchObject({
      offers: [{ kind: 'assume', requestUri: uri }],
    });
    expect(await page.api.requests.previewAssume({ requestUris: [uri] })).toMatchObject({
      narrowsToResources: true,
      problems: [],
    });
    await page.api.requests.assume({ requestUris: [uri] });
    expect((await list()).items.map((one) => [one.name, one.requiresRequest])).toEqual([['pg-1', false]]);
    cluster.core.requests.delete(administrator, uri.split('/').at(-1) ?? '');
    await expect.poll(() => state().accounts[account.alice]?.assumed, { timeout: 5_000 }).toEqual([]);
    await expect
      .poll(() => Object.values(state().notices).filter((one) => one.kind === 'assumed-deleted'))
      .toHaveLength(1);
    await expect.poll(() => state().requests[uri]).toBeUndefined();
  });

  it('go on after the cluster was away, with nothing told twice', async () => {
    const { cluster, page, state, account } = await start();
    await expect.poll(() => state().followings[account.alice]?.kind).toBe('live');
    const { uri } = await page.api.requests.create(draft(account.alice));
    await cluster.suspend();
    await expect.poll(() => state().followings[account.alice]?.kind, { timeout: 10_000 }).toBe('polling');
    await cluster.resume();
    await expect.poll(() => state().followings[account.alice]?.kind, { timeout: 15_000 }).toBe('live');
    for (const who of ['bob', 'carol'] as const)
      await page.api.requests.review({
        requestUri: seenBy(uri, account[who]),
        decision: 'approve',
        reason: '',
      });
    await expect.poll(() => state().requests[uri]?.state, { timeout: 10_000 }).toBe('approved');
    const approved = Object.values(state().notices).filter((one) => one.kind === 'approved');
    expect(approved).toHaveLength(1);
  }, 40_000);

  it('reach reviewers whose roles may not watch them, by asking again', async () => {
    const { page, state, account } = await start({
      cluster: { roles: requestRoles.map(({ rules: _rules, ...role }) => role) },
    });
    await expect.poll(() => state().followings[account.bob]?.kind).toBe('polling');
    expect(state().followings[account.alice]?.kind).toBe('live');
    const { uri } = await page.api.requests.create(draft(account.alice));
    await expect
      .poll(() => state().requests[seenBy(uri, account.bob)]?.waitsForMe, { timeout: 15_000 })
      .toBe(true);
  }, 30_000);

  it('that are scheduled become assumable by themselves, whatever this clock says', async () => {
    for (const skewMs of [-5 * 60_000, 5 * 60_000]) {
      const { page, state, account } = await start({ now: () => new Date(Date.now() + skewMs) });
      await expect.poll(() => state().followings[account.alice]?.kind).toBe('live');
      const assumeFrom = new Date(Date.now() + 6_000).toISOString();
      const { uri } = await page.api.requests.create(draft(account.alice, { assumeFrom }));
      for (const who of ['bob', 'carol'] as const)
        await page.api.requests.review({
          requestUri: seenBy(uri, account[who]),
          decision: 'approve',
          reason: '',
        });
      await expect.poll(() => state().requests[uri]?.assumable.kind).toBe('later');
      await expect.poll(() => state().requests[uri]?.assumable.kind, { timeout: 12_000 }).toBe('now');
      await page.api.requests.assume({ requestUris: [uri] });
    }
  }, 60_000);

  it('carry any text as it is, and say when it is too long before anything is sent', async () => {
    const { page, account } = await start();
    const reason = '<img src=x onerror=alert(1)>\nשלום \u202E עולם\n\n' + '🦉'.repeat(500);
    const { uri } = await page.api.requests.create(draft(account.alice, { reason }));
    expect((await page.api.requests.get({ requestUri: uri })).reason).toBe(reason);
    const tooLong = draft(account.alice, { reason: 'x'.repeat(100_000) });
    await expect(page.api.requests.create(tooLong)).rejects.toMatchObject({
      data: { code: 'invalid-input', action: 'edit-input' },
    });
    expect((await page.api.requests.dryRun(tooLong)).problems).toHaveLength(1);
    const found = await page.api.requests.list({
      accountUri: account.bob,
      scope: 'needs-review',
      states: [],
      requester: 'ali',
      kinds: ['roles'],
      text: 'dba',
      sort: { field: 'created', descending: true },
      limit: 10,
    });
    expect(found.items.map((one) => one.requester)).toEqual(['alice']);
  });
});
