import { afterEach, describe, expect, it } from 'vitest';
import type { RequestQuery } from '../../shared/contract/access-requests.ts';
import type { AccountUri, RequestUri } from '../../shared/uri/uri.ts';
import { openPage } from '../testing/page.ts';
import {
  administrator,
  approve,
  draft,
  noticesOf,
  type RequestWorldOptions,
  seenBy,
  startRequestWorld,
} from '../testing/request-app.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function start(options: RequestWorldOptions = {}) {
  const world = await startRequestWorld(options);
  cleanUps.push(world.stop);
  return world;
}

/** A clock that can be moved, as a laptop's is after a sleep. */
function movableClock() {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    advance: (ms: number) => {
      ahead += ms;
    },
  };
}

const minute = 60_000;
const idOf = (uri: RequestUri) => uri.split('/').at(-1) ?? '';
const queue = (accountUri: AccountUri): RequestQuery => ({
  accountUri,
  scope: 'needs-review',
  states: [],
  requester: '',
  kinds: [],
  text: '',
  sort: { field: 'created', descending: true },
  limit: 10,
});

describe('the end of an access', { timeout: 60_000 }, () => {
  it('is told beforehand, once, and noticed although the machine slept past it', async () => {
    const clock = movableClock();
    const world = await start({ now: clock.now, cluster: { now: clock.now } });
    const { page, state, account } = world;
    const accessUntil = new Date(clock.now().getTime() + 60 * minute).toISOString();
    const { uri } = await page.api.requests.create(draft(account.alice, { accessUntil }));
    await approve(world, uri);
    await expect.poll(() => state().requests[uri]?.assumable.kind, { timeout: 10_000 }).toBe('now');
    await page.api.requests.assume({ requestUris: [uri] });
    await expect
      .poll(() => state().accounts[account.alice]?.assumed, { timeout: 10_000 })
      // The certificate ends with it, to the second.
      .toMatchObject([{ requestUri: uri, until: state().accounts[account.alice]?.validUntil }]);
    expect(state().accounts[account.alice]?.validUntil?.slice(0, 19)).toBe(accessUntil.slice(0, 19));
    expect(noticesOf(world, 'ending')).toEqual([]);
    clock.advance(52 * minute);
    await expect.poll(() => noticesOf(world, 'ending').length, { timeout: 15_000 }).toBe(1);
    expect(noticesOf(world, 'ending')).toMatchObject([{ requestUri: uri, summary: 'dba' }]);
    clock.advance(30 * minute);
    // Not the sign-in: that goes on with the plain certificate.
    await expect.poll(() => state().accounts[account.alice]?.assumed, { timeout: 15_000 }).toEqual([]);
    expect(state().accounts[account.alice]).toMatchObject({ status: 'signed-in', roles: ['requester'] });
    await expect
      .poll(() => state().requests[uri]?.assumable.kind ?? 'never', { timeout: 15_000 })
      .toBe('never');
    expect(noticesOf(world, 'ending')).toHaveLength(1);
  });

  it('of a sign-in is noticed after a sleep, and what was asked for is still there after the next one', async () => {
    const clock = movableClock();
    const world = await start({ now: clock.now, cluster: { now: clock.now } });
    const { page, state, account, cluster } = world;
    const { uri } = await page.api.requests.create(draft(account.alice));
    clock.advance(48 * 60 * minute);
    await expect.poll(() => state().accounts[account.alice]?.status, { timeout: 15_000 }).toBe('expired');
    await expect(page.api.requests.create(draft(account.alice))).rejects.toMatchObject({
      data: { code: 'session-expired', action: 'sign-in' },
    });
    // Two days are more than a request waits.
    expect(cluster.core.requests.find(idOf(uri))).toBeUndefined();
  });
});

describe('after a restart', { timeout: 60_000 }, () => {
  it('the cart and the notices are there, and what happened meanwhile is told once', async () => {
    const world = await start();
    const { page, state, account, host } = world;
    const first = await page.api.requests.create(draft(account.alice));
    await approve(world, first.uri);
    await expect.poll(() => noticesOf(world, 'approved').length, { timeout: 10_000 }).toBe(1);
    const second = await page.api.requests.create(draft(account.alice, { roles: ['prod'] }));
    await expect.poll(() => state().requests[second.uri]?.state).toBe('pending');
    const item = { kind: 'role' as const, role: 'prod' };
    await page.api.requests.putCart({ accountUri: account.alice, items: [item] });
    await world.app.dispose();

    for (const reviewer of ['bob', 'carol'])
      world.cluster.core.requests.review(reviewer, idOf(second.uri), {
        author: reviewer,
        state: 'approved',
        stateName: 'APPROVED',
        roles: [],
        reason: '',
        hasAnnotations: false,
      });
    const app = createApp(host, { version: '0.0.0' });
    cleanUps.push(() => app.dispose());
    const again = await openPage(app);
    const approved = () => Object.values(again.state().notices).filter((one) => one.kind === 'approved');
    expect(again.state().carts[account.alice]?.items).toEqual([item]);
    expect(approved().map((one) => one.requestUri)).toContain(first.uri);
    await expect
      .poll(
        () =>
          approved()
            .map((one) => one.requestUri)
            .toSorted(),
        { timeout: 15_000 },
      )
      .toEqual([first.uri, second.uri].toSorted());
    expect(world.told.filter((notice) => notice.requestUri === first.uri)).toHaveLength(1);
  });
});

describe('assumed requests', { timeout: 60_000 }, () => {
  it('that are withdrawn together are all dropped and told, and so is one that is denied afterwards', async () => {
    const world = await start();
    const { page, state, account, cluster } = world;
    const assumed = () => state().accounts[account.alice]?.assumed.length;
    const granted = async () => {
      const { uri } = await page.api.requests.create(draft(account.alice));
      await approve(world, uri);
      await expect.poll(() => state().requests[uri]?.assumable.kind, { timeout: 10_000 }).toBe('now');
      return uri;
    };
    const uris = [await granted(), await granted()];
    await page.api.requests.assume({ requestUris: uris });
    expect(assumed()).toBe(2);
    for (const uri of uris) cluster.core.requests.delete(administrator, idOf(uri));
    await expect.poll(assumed, { timeout: 10_000 }).toBe(0);
    await expect.poll(() => noticesOf(world, 'assumed-deleted').length).toBe(2);
    expect(state().accounts[account.alice]?.roles).toEqual(['requester']);

    const third = await granted();
    await page.api.requests.assume({ requestUris: [third] });
    cluster.core.requests.changeState(administrator, idOf(third), {
      state: 'denied',
      reason: 'Not any more',
      roles: [],
    });
    await expect.poll(assumed, { timeout: 10_000 }).toBe(0);
    await expect
      .poll(() => noticesOf(world, 'assumed-deleted').map((notice) => notice.requestUri))
      .toContain(third);
  });
});

describe('two windows of one account', { timeout: 60_000 }, () => {
  it('show the same, whichever of them acts', async () => {
    const world = await start();
    const { page, account, app } = world;
    const other = await openPage(app);
    const { uri } = await page.api.requests.create(draft(account.alice));
    await expect.poll(() => other.state().requests[uri]?.state).toBe('pending');
    await other.api.requests.putCart({ accountUri: account.alice, items: [{ kind: 'role', role: 'dba' }] });
    await expect.poll(() => page.state().carts[account.alice]?.items.length).toBe(1);
    await approve(world, uri);
    await expect.poll(() => noticesOf(world, 'approved').length, { timeout: 10_000 }).toBe(1);
    await Promise.all([
      page.api.requests.assume({ requestUris: [uri] }),
      other.api.requests.assume({ requestUris: [uri] }),
    ]);
    await other.api.requests.markNoticesRead({});
    await expect
      .poll(() => JSON.stringify(other.state().notices) === JSON.stringify(page.state().notices))
      .toBe(true);
    for (const { state } of [page, other])
      await expect.poll(() => state().accounts[account.alice]?.assumed.length).toBe(1);
    expect(world.told.filter((notice) => /approved/.test(notice.title))).toHaveLength(1);
    await other.api.requests.delete({ requestUri: uri });
    await expect.poll(() => page.state().requests[uri]).toBeUndefined();
    await expect.poll(() => page.state().accounts[account.alice]?.assumed, { timeout: 10_000 }).toEqual([]);
    // It was this person's own act.
    expect(noticesOf(world, 'assumed-deleted')).toEqual([]);
  });
});

describe('while a request is open', { timeout: 60_000 }, () => {
  it('it may be deleted: the page is told, and so is who decides or assumes after that', async () => {
    const world = await start();
    const { page, state, account, cluster } = world;
    const { uri } = await page.api.requests.create(draft(account.alice));
    const forBob = seenBy(uri, account.bob);
    await expect.poll(() => state().requests[forBob]?.waitsForMe, { timeout: 10_000 }).toBe(true);
    cluster.core.requests.delete(administrator, idOf(uri));
    await expect.poll(() => state().requests[forBob], { timeout: 10_000 }).toBeUndefined();
    await expect.poll(() => state().requests[uri]).toBeUndefined();
    await expect.poll(() => noticesOf(world, 'waits-for-review')).toEqual([]);
    await expect(page.api.requests.get({ requestUri: forBob })).rejects.toMatchObject({
      data: { code: 'not-found', message: 'This request is gone.' },
    });
    await expect(
      page.api.requests.review({ requestUri: forBob, decision: 'approve', reason: '' }),
    ).rejects.toMatchObject({ data: { code: 'conflict', message: 'This request is gone.' } });
    await expect(page.api.requests.assume({ requestUris: [uri] })).rejects.toMatchObject({
      data: { code: 'request-refused', message: 'This request is gone.' },
    });
  });

  it('its reviewer may lose the role: the refusal is told, and the request waits for them no more', async () => {
    const world = await start();
    const { page, state, account, users } = world;
    const { uri } = await page.api.requests.create(draft(account.alice));
    const forBob = seenBy(uri, account.bob);
    await expect.poll(() => state().requests[forBob]?.waitsForMe, { timeout: 10_000 }).toBe(true);
    Object.assign(users.bob, { roles: [] });
    await expect(
      page.api.requests.review({ requestUri: forBob, decision: 'approve', reason: '' }),
    ).rejects.toMatchObject({ data: { code: 'request-refused' } });
    await expect.poll(() => state().requests[forBob]?.waitsForMe ?? false).toBe(false);
    await expect
      .poll(() => noticesOf(world, 'waits-for-review').map((notice) => notice.accountUri))
      .toEqual([account.carol]);
    expect((await page.api.requests.list(queue(account.bob))).items).toEqual([]);
    expect(state().requests[seenBy(uri, account.carol)]?.waitsForMe).toBe(true);
  });
});

describe('the community edition', { timeout: 60_000 }, () => {
  it('takes no reviews, and opens no requested resources: both are told where they were tried', async () => {
    const world = await start({ cluster: { edition: 'community' } });
    const { page, state, account, cluster } = world;
    const { uri } = await page.api.requests.create(draft(account.alice));
    const forBob = seenBy(uri, account.bob);
    await expect.poll(() => state().requests[forBob]?.waitsForMe, { timeout: 10_000 }).toBe(true);
    await expect(
      page.api.requests.review({ requestUri: forBob, decision: 'approve', reason: '' }),
    ).rejects.toMatchObject({
      data: { code: 'request-refused', reason: expect.stringContaining('edition') },
    });
    await expect
      .poll(() => state().requests[forBob]?.mayReview)
      .toMatchObject({ answer: 'no', reason: expect.stringContaining('does not take') });
    const { items } = await page.api.resources.list({
      accountUri: account.alice,
      kinds: ['server'],
      search: '',
      sort: { field: 'name', descending: false },
      limit: 10,
      includeRequestable: true,
    });
    const resource = {
      kind: 'resource' as const,
      resourceUri: items[0]?.uri as never,
      name: 'pg-1',
    };
    const wanted = await page.api.requests.create(draft(account.alice, { roles: [], resources: [resource] }));
    cluster.core.requests.changeState(administrator, idOf(wanted.uri), {
      state: 'approved',
      reason: '',
      roles: [],
    });
    await expect.poll(() => state().requests[wanted.uri]?.state, { timeout: 10_000 }).toBe('approved');
    await expect(page.api.requests.assume({ requestUris: [wanted.uri] })).rejects.toMatchObject({
      data: {
        code: 'request-refused',
        message: 'This edition of the cluster cannot open requested resources.',
      },
    });
    expect(state().accounts[account.alice]?.assumed).toEqual([]);
  });
});
