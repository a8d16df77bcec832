import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRequest } from '../../cluster/access-requests/model.ts';
import type { RequestInfo } from '../../shared/contract/access-requests.ts';
import type { RequestUri } from '../../shared/uri/uri.ts';
import {
  administrator,
  draft,
  type PersonName,
  requestRoles,
  type RequestWorld,
  seenBy,
  startRequestWorld,
} from '../testing/request-app.ts';

const minute = 60_000;

type Step =
  | { readonly kind: 'create'; readonly roles: readonly string[]; readonly minutes: number }
  | {
      readonly kind: 'review';
      readonly by: PersonName;
      readonly at: number;
      readonly decision: 'approve' | 'deny';
    }
  | { readonly kind: 'assume' | 'delete' | 'expel'; readonly at: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'wait'; readonly minutes: number };

const at = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      roles: fc.subarray(['dba', 'prod'], { minLength: 1 }),
      minutes: fc.constantFrom(20, 50, 600),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('review' as const),
      by: fc.constantFrom<PersonName>('bob', 'carol', 'bob', 'carol', 'alice'),
      at,
      decision: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'deny' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('assume' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expel' as const), at }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'drop' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(15, 30) }),
  },
);

/** Approved, assumed, and one that is deleted: what random sequences may miss. */
const wholeLife: Step[] = [
  { kind: 'create', roles: ['dba'], minutes: 600 },
  { kind: 'create', roles: ['prod'], minutes: 600 },
  { kind: 'review', by: 'bob', at: 0, decision: 'approve' },
  { kind: 'assume', at: 0 },
  { kind: 'expel', at: 1 },
];

/** What both sides can be asked: the server's own record, and what the app shows of it. */
const fromServer = (request: AccessRequest) => ({
  requester: request.user,
  state: request.state,
  roles: [...request.roles],
  reviews: request.reviews.map((review) => [review.author, review.proposedState === 'approved']),
  until: new Date(request.accessExpiryMs).toISOString(),
});
const fromPage = (info: RequestInfo) => ({
  requester: info.requester,
  state: info.state,
  roles: info.roles,
  reviews: info.seats.flatMap((seat) =>
    seat.kind === 'taken' ? [[seat.review.author, seat.review.decision === 'approve']] : [],
  ),
  until: info.accessUntil,
});

describe('any sequence of acts by several people', () => {
  let world: RequestWorld;
  let ahead = 0;
  const reached = { approved: 0, assumed: 0, ended: 0 };
  beforeAll(async () => {
    const now = () => new Date(Date.now() + ahead);
    // One approval decides, so that short sequences get far; longer accesses than the session are allowed.
    const roles = requestRoles.map((role) =>
      role.request
        ? { ...role, request: { ...role.request, thresholds: [], maxDurationMs: 12 * 60 * minute } }
        : role,
    );
    world = await startRequestWorld({ now, cluster: { now, roles } });
  });
  afterAll(() => world?.stop());

  async function act(one: Step, made: RequestUri[]): Promise<void> {
    const { page, account, cluster } = world;
    const { api } = page;
    if (one.kind === 'wait') {
      ahead += one.minutes * minute;
      return;
    }
    if (one.kind === 'create') {
      const accessUntil = new Date(Date.now() + ahead + one.minutes * minute).toISOString();
      made.push(
        (await api.requests.create(draft(account.alice, { roles: [...one.roles], accessUntil }))).uri,
      );
      return;
    }
    if (one.kind === 'drop') {
      await api.requests.drop({ accountUri: account.alice });
      return;
    }
    const uri = made[one.at % Math.max(1, made.length)];
    if (!uri) return;
    if (one.kind === 'review')
      await api.requests.review({
        requestUri: seenBy(uri, account[one.by]),
        decision: one.decision,
        reason: '',
      });
    else if (one.kind === 'assume') await api.requests.assume({ requestUris: [uri] });
    else if (one.kind === 'delete') await api.requests.delete({ requestUri: uri });
    // It may be gone already: deleted, or expired.
    else if (onServer().has(uri.split('/').at(-1) ?? ''))
      cluster.core.requests.delete(administrator, uri.split('/').at(-1) ?? '');
  }

  /** What the server holds, and the roles that its rules give alice at this moment. */
  function onServer() {
    const all = world.cluster.core.requests.list(administrator, {
      id: '',
      user: '',
      state: undefined,
      keywords: [],
      scope: 'all',
    });
    return new Map(all.map((request) => [request.id, request]));
  }

  async function checkViews(): Promise<void> {
    const { state, account } = world;
    const mine = () =>
      Object.fromEntries(
        Object.values(state().requests)
          .filter((info) => info.accountUri === account.alice)
          .map((info) => [info.id, fromPage(info)]),
      );
    await expect
      .poll(mine, { timeout: 15_000, interval: 100 })
      .toEqual(Object.fromEntries([...onServer()].map(([id, request]) => [id, fromServer(request)])));
    for (const reviewer of ['bob', 'carol'] as const) {
      const waiting = () =>
        Object.values(state().requests)
          .filter((info) => info.accountUri === account[reviewer] && info.waitsForMe)
          .map((info) => info.id)
          .toSorted();
      await expect.poll(waiting, { timeout: 15_000, interval: 100 }).toEqual(
        [...onServer().values()]
          .filter(
            (request) =>
              request.state === 'pending' && request.reviews.every((review) => review.author !== reviewer),
          )
          .map((request) => request.id)
          .toSorted(),
      );
    }
    // What is carried exists, is approved, and gives its roles and no others.
    const carried = () => state().accounts[account.alice]?.assumed.map((one) => one.requestUri) ?? [];
    const isGranted = (uri: RequestUri) => onServer().get(uri.split('/').at(-1) ?? '')?.state === 'approved';
    await expect.poll(() => carried().every(isGranted), { timeout: 15_000, interval: 100 }).toBe(true);
    const granted = carried().flatMap((uri) => onServer().get(uri.split('/').at(-1) ?? '')?.roles ?? []);
    expect(state().accounts[account.alice]?.roles.toSorted()).toEqual(
      [...new Set(['requester', ...granted])].toSorted(),
    );
    reached.assumed += carried().length;
    reached.approved += [...onServer().values()].filter(({ state: now }) => now === 'approved').length;
  }

  it('leaves the app with what the server has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: 'max' }), async (steps) => {
        const made: RequestUri[] = [];
        for (const one of steps)
          await act(one, made).catch((error: unknown) => {
            // Refusals are told in the form of all errors; anything else is a mistake.
            const { data } = error as { data?: { code?: string } };
            if (!data?.code || data.code === 'internal') throw error;
          });
        reached.ended += made.length - onServer().size;
        await checkViews();
        for (const id of onServer().keys()) world.cluster.core.requests.delete(administrator, id);
        await checkViews();
      }),
      { numRuns: 10, endOnFailure: true, examples: [[wholeLife]] },
    );
    // The sequences do reach what they are to judge.
    expect(reached.approved).toBeGreaterThan(0);
    expect(reached.assumed).toBeGreaterThan(0);
    expect(reached.ended).toBeGreaterThan(0);
  }, 180_000);
});
