import { ConnectError } from '@connectrpc/connect';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hour, TestWorld } from '../testing/request-world.ts';
import type { AccessRequest, Draft, RequestState, Review } from './model.ts';

const people = ['alice', 'max', 'fil', 'hal', 'bob', 'carol', 'frank', 'gina', 'root'] as const;
type Name = (typeof people)[number];

type Step =
  | { readonly kind: 'create'; readonly by: Name; readonly draft: Partial<Draft> }
  | { readonly kind: 'review'; readonly by: Name; readonly at: number; readonly state: 'approved' | 'denied' }
  | { readonly kind: 'set'; readonly by: Name; readonly at: number; readonly state: RequestState }
  | { readonly kind: 'assume'; readonly by: Name; readonly at: number }
  | { readonly kind: 'reissue'; readonly by: Name }
  | { readonly kind: 'drop'; readonly by: Name; readonly at: number; readonly all: boolean }
  | { readonly kind: 'delete'; readonly by: Name; readonly at: number }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'demote'; readonly who: Name; readonly to: readonly string[] };

const by = fc.constantFrom(...people);
const at = fc.nat({ max: 20 });
const reviewers = fc.constantFrom<Name>('bob', 'bob', 'carol', 'carol', 'hal', 'gina', 'frank', 'alice');
const deciders = fc.constantFrom<Name>('root', 'root', 'bob');
const askers = fc.constantFrom<Name>('alice', 'alice', 'max', 'fil', 'hal', 'bob');
const node = (name: string) => ({ clusterName: 'lab', kind: 'node', name, subResourceName: '' });
const draft: fc.Arbitrary<Partial<Draft>> = fc.oneof(
  fc.record({ roles: fc.subarray(['dba', 'data-dba', 'prod', 'secret-dba', 'admin'], { minLength: 1 }) }),
  fc.constant({ roles: ['*'] }),
  fc.record({
    roles: fc.constant([]),
    resourceIds: fc.subarray([node('n1'), node('n2'), node('nope')], { minLength: 1 }),
  }),
  fc.record({
    roles: fc.constant(['dba']),
    assumeStartMs: fc.constantFrom(hour, 3 * hour),
    accessExpiryMs: fc.constantFrom(2 * hour, 9 * hour),
  }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), by: askers, draft }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('review' as const),
      by: reviewers,
      at,
      state: fc.constantFrom(
        'approved' as const,
        'approved' as const,
        'approved' as const,
        'denied' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      by: deciders,
      at,
      state: fc.constantFrom<RequestState>('pending', 'approved', 'denied', 'promoted'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('assume' as const), by: askers, at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reissue' as const), by }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), by, at, all: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), by: deciders, at }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.constantFrom(0.25, 0.5, 1, 2, 13) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('demote' as const),
      who: by,
      to: fc.constantFrom([], ['reviewer'], ['requester']),
    }),
  },
);

/** A world, the certificates that its people hold, and every state that a request has been in. */
class Play {
  readonly world = new TestWorld();
  /** How often a certificate with assumed requests was issued. */
  assumptions = 0;
  readonly held = new Map<string, readonly string[]>();
  readonly history = new Map<string, AccessRequest>();
  readonly seenByWatcher = new Map<string, AccessRequest>();

  constructor() {
    this.world.store.onChange(({ kind, request }) => {
      if (kind === 'delete') this.seenByWatcher.delete(request.id);
      else {
        this.checkMove(this.history.get(request.id), request);
        this.history.set(request.id, request);
        this.seenByWatcher.set(request.id, request);
      }
    });
  }

  run(one: Step): void {
    try {
      this.#act(one);
    } catch (error) {
      // Refusals are the point; anything else is a mistake.
      if (!(error instanceof ConnectError)) throw error;
    }
    this.checkStored();
  }

  #act(one: Step): void {
    const { world } = this;
    if (one.kind === 'wait') world.advance(one.hours * hour);
    else if (one.kind === 'demote') world.setRoles(one.who, one.to);
    else if (one.kind === 'create') world.create(one.by, one.draft);
    else if (one.kind === 'reissue') this.#assume(one.by, [], []);
    else {
      const id = this.#idAt(one.at);
      if (one.kind === 'review') world.review(one.by, id, { state: one.state });
      else if (one.kind === 'set') world.setState(one.by, id, one.state);
      else if (one.kind === 'delete') world.requests.delete(world.requester(one.by), id);
      else if (one.kind === 'assume') this.#assume(one.by, [this.#idAt(one.at, one.by)], []);
      else this.#assume(one.by, [], one.all ? ['*'] : [id]);
    }
  }

  /** One of the requests, of the person's own ones when they have any. */
  #idAt(position: number, owner?: string): string {
    const all = [...this.history.values()];
    const own = all.filter((request) => request.user === owner);
    const ids = own.length > 0 ? own : all;
    return ids[position % Math.max(1, ids.length)]?.id ?? 'none';
  }

  #assume(user: string, assume: readonly string[], drop: readonly string[]): void {
    const { world } = this;
    const assumed = world.assume(user, assume, drop, this.held.get(user));
    this.held.set(user, assumed.activeRequests);
    if (assumed.activeRequests.length > 0) this.assumptions += 1;
    const requests = assumed.activeRequests.map((id) => world.store.get(id));
    const allowed = new Set([
      ...world.directory.staticRolesOf(user).map(({ name }) => name),
      ...requests.flatMap((request) => request?.roles ?? []),
    ]);
    // No access that the granted roles do not give.
    expect(assumed.roles.every(({ name }) => allowed.has(name))).toBe(true);
    for (const request of requests) {
      expect(request).toMatchObject({ user, state: 'approved' });
      expect(request?.accessExpiryMs).toBeGreaterThan(world.nowMs);
      expect(request?.assumeStartMs ?? 0).toBeLessThanOrEqual(world.nowMs);
      expect(assumed.endMs).toBeLessThanOrEqual(request?.accessExpiryMs ?? 0);
    }
    const limited = requests.filter((request) => (request?.resourceIds.length ?? 0) > 0);
    expect(limited.length).toBeLessThanOrEqual(1);
    expect(assumed.allowedResources).toEqual(limited[0]?.resourceIds ?? []);
  }

  /** No state that the rules forbid. */
  checkMove(before: AccessRequest | undefined, after: AccessRequest): void {
    const from = before?.state ?? 'new';
    const allowed: Record<string, readonly RequestState[]> = {
      new: ['pending'],
      pending: ['pending', 'approved', 'denied'],
      approved: ['approved', 'denied'],
      denied: ['denied'],
    };
    expect(allowed[from]).toContain(after.state);
    expect(after.roles).not.toContain('secret-dba');
    expect(after.accessExpiryMs).toBeGreaterThan(after.createdMs);
    const authors = after.reviews.map((review) => review.author);
    expect(new Set(authors).size).toBe(authors.length);
    expect(authors).not.toContain(after.user);
    if (after.state === 'approved' && from === 'pending' && after.reviews !== before?.reviews)
      expect(isReached(after)).toBe(true);
    if (after.state === 'pending') expect(isReached(after)).toBe(false);
  }

  checkStored(): void {
    const { world } = this;
    world.requests.sweep();
    const stored = world.store.all();
    for (const request of stored) expect(request.objectExpiryMs).toBeGreaterThan(world.nowMs);
    // Who only watches has the same picture.
    expect([...this.seenByWatcher.values()]).toEqual(stored);
  }

  /** Nobody without a right to review or to administer sees the requests of others. */
  checkLists(): void {
    const { world } = this;
    for (const user of people) {
      const mayLook = world.directory.staticRolesOf(user).some((role) => role.reviewRequests ?? role.rules);
      const seen = world.list(user).filter((request) => request.user !== user);
      if (!mayLook) expect(seen).toEqual([]);
    }
  }
}

/** The thresholds, counted in another way than the implementation does. */
function isReached(request: AccessRequest): boolean {
  const approvals = (index: number) =>
    request.reviews.filter(
      (review: Review) => review.proposedState === 'approved' && review.thresholdIndexes.includes(index),
    );
  return Object.values(request.roleThresholds)
    .flat()
    .every((set) =>
      set.some((index) => approvals(index).length >= (request.thresholds[index]?.approve ?? 1)),
    );
}

describe('any sequence of acts of many people', () => {
  it('keeps the rules, and gives nobody more than was granted', () => {
    let approvals = 0;
    let assumptions = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) => {
        const play = new Play();
        for (const one of steps) play.run(one);
        play.checkLists();
        approvals += [...play.history.values()].filter(({ state }) => state === 'approved').length;
        assumptions += play.assumptions;
      }),
      { numRuns: 150 },
    );
    // The sequences do reach what they are to judge.
    expect(approvals).toBeGreaterThan(20);
    expect(assumptions).toBeGreaterThan(20);
  }, 120_000);
});
