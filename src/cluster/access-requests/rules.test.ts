import { ConnectError } from '@connectrpc/connect';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TestWorld, hour, day } from '../testing/request-world.ts';
import type { Draft, ResourceId } from './model.ts';

const node = (name: string, clusterName = 'lab'): ResourceId => ({
  clusterName,
  kind: 'node',
  name,
  subResourceName: '',
});

/** What a call is refused with; undefined when it is not. */
function refusal(work: () => unknown): { code: number; text: string } | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ConnectError) return { code: error.code, text: error.rawMessage };
    throw error;
  }
}

describe('creating a request', () => {
  it.each<[string, Partial<Draft>, number, RegExp]>([
    ['no id', { id: '' }, 3, /^missing parameter Name$/],
    ['an id that is no UUID', { id: 'abc' }, 3, /^invalid access request ID "abc"$/],
    ['nothing asked', { roles: [] }, 3, /^access request does not specify any roles or resources$/],
    [
      'a reason of 5000 bytes',
      { requestReason: 'x'.repeat(5_000) },
      3,
      /^access request reason is too long, max 4096 bytes$/,
    ],
    [
      '301 resources',
      { roles: [], resourceIds: Array.from({ length: 301 }, (_, n) => node(String(n))) },
      3,
      /too many resources/,
    ],
    ['a decision of oneself', { resolveReason: 'me' }, 3, /pending access request/],
    [
      'an unknown cluster',
      { roles: [], resourceIds: [node('a', 'nope')] },
      5,
      /^access request contains invalid or unknown cluster names: nope$/,
    ],
    ['another user', { user: 'bob' }, 7, /^access denied to perform action "create" on "access_request"$/],
    [
      'approved at once',
      { state: 'approved' },
      7,
      /^access denied to perform action "create" on "access_request"$/,
    ],
    ['an unknown role', { roles: ['nope'] }, 3, /^user "alice" can not request role "nope"$/],
    ['a role out of reach', { roles: ['admin'] }, 3, /^user "alice" can not request role "admin"$/],
    ['a denied role', { roles: ['secret-dba'] }, 3, /^user "alice" can not request role "secret-dba"$/],
    [
      'a role next to resources that is only for roles',
      { roles: ['dba'], resourceIds: [node('n1')] },
      3,
      /^user "alice" can not request role "dba"$/,
    ],
    [
      'a resource that no role opens',
      { roles: [], resourceIds: [node('nope')] },
      3,
      /^no roles configured in the "search_as_roles".*resources: \["\/lab\/node\/nope"\] roles: \[prod prod-root\] login: ""$/,
    ],
    [
      'a kind that does not exist',
      { roles: [], resourceIds: [{ ...node('n1'), kind: 'nope' }] },
      12,
      /^nope not implemented at ListResources$/,
    ],
    [
      'a part of a thing that has none',
      { roles: [], resourceIds: [{ ...node('n1'), subResourceName: 'x' }] },
      3,
      /invalid resource ID/,
    ],
    [
      'long resource ids',
      { roles: [], resourceIds: Array.from({ length: 30 }, (_, n) => node(`${n}`.repeat(60))) },
      3,
      /2048/,
    ],
    [
      'a start before now',
      { assumeStartMs: -hour },
      3,
      /^assume start time has to be after 2026-01-01T00:00:00Z$/,
    ],
    [
      'a start after the end',
      { assumeStartMs: 40 * hour },
      3,
      /^assume start time must be prior to access expiry time at 2026-01-01T12:00:00Z$/,
    ],
    [
      'a pending time of 10 days',
      { objectExpiryMs: 10 * day },
      3,
      /^invalid request TTL: 240h0m0s greater than maximum allowed \(168h0m0s\)$/,
    ],
    [
      'a pending time beyond the access',
      { objectExpiryMs: 13 * hour },
      3,
      /^invalid request TTL: 13h0m0s greater than maximum allowed \(12h0m0s\)$/,
    ],
    [
      '20 days of access',
      { maxDurationMs: 20 * day },
      3,
      /^max_duration must be less than or equal to 336h0m0s$/,
    ],
    [
      'access that ends before it begins',
      { maxDurationMs: -hour },
      3,
      /^invalid maxDuration: must be greater than creation time$/,
    ],
  ])('is refused with %s', (_name, change, code, text) => {
    const world = new TestWorld();
    const found = refusal(() => world.create('alice', change));
    expect(found?.code).toBe(code);
    expect(found?.text).toMatch(text);
    expect(world.store.all()).toEqual([]);
  });

  it('takes the checks in their order: shape, clusters, user, reason, roles', () => {
    const world = new TestWorld();
    const wrong = { id: 'abc', user: 'bob', roles: ['nope'], resourceIds: [node('x', 'far')] };
    expect(refusal(() => world.create('alice', wrong))?.text).toMatch(/invalid access request ID/);
    expect(refusal(() => world.create('alice', { ...wrong, id: randomUUID() }))?.text).toMatch(
      /unknown cluster/,
    );
    expect(refusal(() => world.create('alice', { user: 'bob', roles: ['nope'] }))?.text).toMatch(
      /access denied/,
    );
    expect(refusal(() => world.create('rea', { roles: ['prod'], requestReason: ' ' }))?.text).toBe(
      'request reason must be specified (required for role "prod")',
    );
  });

  it.each([
    ['alw', ['dba'], 'request reason must be specified (required request_access option in one of the roles)'],
    ['rea', ['prod'], 'request reason must be specified (required for role "prod")'],
  ])('needs a reason of %s, but not in a dry run', (user, roles, text) => {
    const world = new TestWorld();
    expect(refusal(() => world.create(user, { roles, requestReason: '' }))).toEqual({ code: 3, text });
    expect(refusal(() => world.create(user, { roles, requestReason: '', dryRun: true }))).toBeUndefined();
    expect(refusal(() => world.create(user, { roles, requestReason: 'T-1' }))).toBeUndefined();
  });

  it('expands * to what may be requested and is not held', () => {
    const world = new TestWorld();
    expect(world.create('alice', { roles: ['*'] }).roles).toEqual(['data-dba', 'dba', 'prod']);
    expect(refusal(() => world.create('bob', { roles: ['*'] }))?.code).toBe(3);
  });

  it('uses static roles, whatever was assumed', () => {
    const world = new TestWorld();
    const roles = world.directory.allRoles().filter(({ name }) => name === 'admin' || name === 'requester');
    expect(refusal(() => world.create('alice', { roles: ['admin'] }, { roles }))?.text).toMatch(
      /can not request/,
    );
  });

  it('lets who may create for others do so, but not resolve at once for themselves', () => {
    const world = new TestWorld();
    expect(world.create('root', { user: 'alice', roles: ['dba'] }).user).toBe('alice');
    expect(world.create('root', { user: 'alice', roles: ['dba'], state: 'approved' }).state).toBe('approved');
    expect(refusal(() => world.create('root', { user: 'root', state: 'approved' }))?.code).toBe(7);
  });

  it('fills in roles, thresholds, reviewers and a new id', () => {
    const world = new TestWorld();
    const draft = randomUUID();
    const made = world.create('alice', { id: draft, roles: ['prod', 'dba', 'dba'] });
    expect(made).toMatchObject({
      roles: ['dba', 'prod'],
      state: 'pending',
      thresholds: [{ name: 'two eyes', approve: 2, deny: 1 }],
      roleThresholds: { dba: [[0]], prod: [[0], [0]] },
      suggestedReviewers: ['bob', 'carol'],
      systemAnnotations: { team: ['ops'] },
    });
    expect(made.id).not.toBe(draft);
    expect(made.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(world.create('alice', { suggestedReviewers: ['dave'] }).suggestedReviewers).toEqual(['dave']);
  });

  it.each([
    ['a node', [node('n1')], '', ['prod', 'prod-root']],
    ['a node by a login', [node('n1')], 'deploy', ['prod']],
    ['a node by a login of both, with the fewer logins', [node('n1')], 'root', ['prod-root']],
    [
      'a namespace',
      [{ clusterName: 'lab', kind: 'namespace', name: 'k1', subResourceName: 'web' }],
      '',
      ['prod', 'prod-root'],
    ],
    [
      'a pod',
      [{ clusterName: 'lab', kind: 'pod', name: 'k1', subResourceName: 'web/api' }],
      '',
      ['prod', 'prod-root'],
    ],
    ['something of a leaf', [node('x', 'leaf')], '', ['prod', 'prod-root']],
  ])('for %s takes the roles that open it', (_name, resourceIds, loginHint, roles) => {
    expect(new TestWorld().create('alice', { roles: [], resourceIds, loginHint }).roles).toEqual(roles);
  });

  it('for resources is refused to who has no role for it', () => {
    const text = (user: string) =>
      `Resource Access Requests require usable "search_as_roles", none found for user "${user}"`;
    expect(refusal(() => new TestWorld().create('alw', { roles: [], resourceIds: [node('n1')] }))).toEqual({
      code: 7,
      text: text('alw'),
    });
    expect(
      refusal(() => new TestWorld('v11').create('alw', { roles: [], resourceIds: [node('n1')] })),
    ).toEqual({
      code: 3,
      text: 'user attempted a resource request but does not have any "search_as_roles"',
    });
  });

  it('inside a Kubernetes cluster is held to the kinds that a role lets one ask for', () => {
    const inside = (kind: string, subResourceName: string) => ({
      clusterName: 'lab',
      kind,
      name: 'k1',
      subResourceName,
    });
    const ask = (pose: 'v15' | 'v18', resource: ReturnType<typeof inside>) => {
      const world = new TestWorld(pose);
      world.setRoles('alice', ['pods-only']);
      return world.create('alice', { roles: [], resourceIds: [resource] });
    };
    expect(ask('v18', inside('pod', 'default/web-1')).roles).toEqual(['prod']);
    expect(ask('v18', inside('namespace', 'default')).roles).toEqual(['prod']);
    for (const refused of [inside('secret', 'default/key'), inside('kube_cluster', '')])
      expect(refusal(() => ask('v18', refused))).toEqual({
        code: 3,
        text: `the "request.kubernetes_resources" of the roles of user "alice" do not allow these kinds: ${refused.kind}`,
      });
    // Older servers do not know the field.
    expect(ask('v15', inside('secret', 'default/key')).roles).toEqual(['prod']);
    const both = new TestWorld();
    both.setRoles('alice', ['pods-only', 'requester']);
    expect(
      both.create('alice', { roles: [], resourceIds: [inside('secret', 'default/key')] }).roles,
    ).toContain('prod');
  });

  it('stores nothing in a dry run', () => {
    const world = new TestWorld();
    world.create('alice', { dryRun: true });
    expect(world.store.all()).toEqual([]);
  });
});

describe('times of a request', () => {
  // Asked → access expiry, session, life of the request; hours since creation. The certificate ends after 12 hours.
  it.each<['v11' | 'v15' | 'v18', string, Partial<Draft>, [number, number, number]]>([
    ['v18', 'alice', {}, [12, 12, 12]],
    ['v18', 'alice', { accessExpiryMs: 2 * hour }, [2, 2, 2]],
    ['v18', 'alice', { accessExpiryMs: 60 * hour }, [12, 12, 12]],
    ['v18', 'alice', { maxDurationMs: 3 * hour }, [12, 12, 12]],
    ['v18', 'alice', { objectExpiryMs: hour }, [12, 12, 1]],
    ['v18', 'alice', { roles: ['prod'] }, [8, 8, 8]],
    ['v18', 'max', { roles: ['dba'] }, [26, 12, 26]],
    ['v18', 'max', { roles: ['dba'], maxDurationMs: 2 * hour }, [2, 2, 2]],
    ['v18', 'max', { roles: ['dba'], maxDurationMs: 2 * hour, accessExpiryMs: hour }, [2, 1, 2]],
    ['v18', 'max', { roles: ['dba'], maxDurationMs: 40 * hour }, [26, 12, 26]],
    ['v18', 'max', { roles: ['dba'], maxDurationMs: 2 * hour, dryRun: true }, [26, 12, 26]],
    ['v18', 'max', { roles: ['dba'], maxDurationMs: 20 * day, dryRun: true }, [26, 12, 26]],
    ['v18', 'max', { roles: ['data-dba'] }, [300, 12, 168]],
    ['v18', 'max', { roles: ['data-dba', 'dba'] }, [26, 12, 26]],
    ['v15', 'alice', {}, [12, 12, 1]],
    ['v15', 'alice', { maxDurationMs: 6 * hour }, [12, 12, 1]],
    ['v15', 'max', { roles: ['data-dba'] }, [168, 12, 1]],
    ['v11', 'alice', {}, [12, 12, 1]],
    ['v11', 'alice', { accessExpiryMs: 60 * hour }, [12, 12, 1]],
    ['v11', 'alice', { accessExpiryMs: hour / 2 }, [0.5, 0.5, 0.5]],
    ['v11', 'max', { roles: ['dba'] }, [12, 12, 1]],
  ])('on %s for %s with %j', (pose, user, change, hours) => {
    const world = new TestWorld(pose);
    const made = world.create(user, change);
    const since = (ms: number) => (ms - world.nowMs) / hour;
    expect([since(made.accessExpiryMs), since(made.sessionTtlMs), since(made.objectExpiryMs)]).toEqual(hours);
  });

  it('are refused on 15 when more is asked than there is', () => {
    expect(refusal(() => new TestWorld('v15').create('alice', { accessExpiryMs: 60 * hour }))).toEqual({
      code: 3,
      text: 'invalid session TTL: 60h0m0s greater than maximum allowed (12h0m0s)',
    });
  });

  it('let a start lie at most 7 days ahead', () => {
    const world = new TestWorld();
    expect(refusal(() => world.create('max', { roles: ['data-dba'], assumeStartMs: 8 * day }))?.code).toBe(3);
    expect(world.create('max', { roles: ['data-dba'], assumeStartMs: 6 * day }).assumeStartMs).toBe(
      world.nowMs + 6 * day,
    );
  });
});

describe('a review', () => {
  it.each<[string, string, object, number, RegExp]>([
    ['by who reviews nothing', 'alice', {}, 7, /^user "alice" cannot submit reviews$/],
    [
      'of an unknown request',
      'bob',
      { id: 'x' },
      5,
      /^cannot apply review to access request "x" \(not found\)$/,
    ],
    [
      'that decides nothing',
      'bob',
      { state: 'pending', stateName: 'PENDING' },
      3,
      /^invalid state proposal: PENDING \(expected approval\/denial\)$/,
    ],
    [
      'that promotes',
      'bob',
      { state: 'promoted', stateName: 'PROMOTED' },
      3,
      /invalid state proposal: PROMOTED/,
    ],
    [
      'of a role that was not asked',
      'bob',
      { roles: ['other'] },
      3,
      /^role "other" is not a member of this request$/,
    ],
    ['of a part of the roles', 'bob', { roles: ['dba'] }, 12, /part/],
    ['with annotations', 'bob', { hasAnnotations: true }, 12, /annotations/],
    ['in the name of another', 'bob', { author: 'carol' }, 7, /another user/],
    ['by who reviews other roles', 'erin', {}, 7, /^user "erin" cannot review request/],
    ['by who is denied it', 'frank', {}, 7, /^user "frank" cannot review request/],
    ['whose condition does not hold', 'gina', {}, 7, /^user "gina" cannot review request/],
  ])('is refused %s', (_name, reviewer, change, code, text) => {
    const world = new TestWorld();
    const { id } = world.create('alice', { roles: ['dba', 'prod'] });
    const found = refusal(() => world.review(reviewer, id, change));
    expect(found?.code).toBe(code);
    expect(found?.text).toMatch(text);
  });

  it('of one’s own request is refused although one may review', () => {
    const world = new TestWorld();
    const { id } = world.create('hal', { roles: ['dba'] });
    expect(refusal(() => world.review('hal', id))?.code).toBe(7);
  });

  it('holds where its condition does', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', { roles: ['dba'], requestReason: 'urgent: disk' });
    expect(world.review('gina', id).reviews).toHaveLength(1);
  });

  it('of two people decides, by the last one’s reason', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', {});
    expect(world.review('bob', id).state).toBe('pending');
    expect(refusal(() => world.review('bob', id))).toEqual({
      code: 6,
      text: 'user "bob" has already reviewed this request',
    });
    const decided = world.review('carol', id, { reason: 'fine' });
    expect(decided).toMatchObject({
      state: 'approved',
      resolveReason: 'fine',
      objectExpiryMs: decided.accessExpiryMs,
    });
    expect(refusal(() => world.review('dave', id))).toEqual({
      code: 7,
      text: 'the access request has been already approved',
    });
    expect(refusal(() => world.review('carol', id))?.code).toBe(6);
  });

  it('that denies decides at once', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', {});
    world.review('bob', id);
    expect(world.review('carol', id, { state: 'denied' }).state).toBe('denied');
    expect(refusal(() => world.review('dave', id))).toEqual({
      code: 7,
      text: 'the access request has been already denied',
    });
  });

  it('after a decision is stored without effect on 11', () => {
    const world = new TestWorld('v11');
    const { id } = world.create('alice', {});
    world.review('bob', id, { state: 'denied' });
    expect(world.review('carol', id)).toMatchObject({ state: 'denied', reviews: [{}, {}] });
  });

  it('counts only for thresholds whose filter holds', () => {
    const world = new TestWorld();
    const { id } = world.create('fil', { roles: ['dba'] });
    expect(world.review('bob', id, { reason: '' })).toMatchObject({
      state: 'pending',
      reviews: [{ thresholdIndexes: [] }],
    });
    expect(world.review('carol', id, { reason: 'looks good' })).toMatchObject({ state: 'approved' });
  });

  it('may move the start, within the rules', () => {
    const world = new TestWorld();
    const { id } = world.create('max', { roles: ['dba'], assumeStartMs: hour });
    expect(refusal(() => world.review('bob', id, { assumeStartMs: world.nowMs + 30 * hour }))?.code).toBe(3);
    expect(world.review('bob', id, { assumeStartMs: world.nowMs + 2 * hour }).assumeStartMs).toBe(
      world.nowMs + 2 * hour,
    );
  });

  it('is by static roles: a reviewer who lost the role cannot', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', {});
    world.setRoles('bob', []);
    expect(refusal(() => world.review('bob', id))?.code).toBe(7);
  });
});

describe('a change of state', () => {
  it.each([
    ['pending', 'approved', undefined],
    ['pending', 'denied', undefined],
    ['approved', 'denied', undefined],
    ['approved', 'approved', undefined],
    ['denied', 'denied', undefined],
    ['denied', 'approved', 3],
    ['pending', 'promoted', 3],
    ['pending', 'pending', 3],
  ] as const)('from %s to %s: %s', (from, to, code) => {
    const world = new TestWorld();
    const { id } = world.create('alice', {});
    if (from !== 'pending') world.setState('root', id, from);
    expect(refusal(() => world.setState('root', id, to))?.code).toBe(code);
    expect(world.store.get(id)?.state).toBe(code === undefined ? to : from);
  });

  it('needs the right, is never of oneself, and not with an assumed request', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', {});
    expect(refusal(() => world.setState('bob', id, 'approved'))).toEqual({
      code: 7,
      text: 'access denied to perform action "update" on "access_request"',
    });
    const own = world.create('root', { user: 'root', roles: ['dba'] });
    expect(refusal(() => world.setState('root', own.id, 'approved'))?.code).toBe(7);
    expect(refusal(() => world.setState('root', id, 'approved', { activeRequests: [id] }))?.code).toBe(7);
    expect(refusal(() => world.setState('root', 'x', 'approved'))?.code).toBe(5);
  });

  it('may narrow the roles', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', { roles: ['dba', 'prod'] });
    expect(refusal(() => world.setState('root', id, 'approved', {}, ['admin']))?.code).toBe(3);
    world.setState('root', id, 'approved', {}, ['dba']);
    expect(world.store.get(id)).toMatchObject({ state: 'approved', roles: ['dba'] });
    expect(world.assume('alice', [id]).roles.map(({ name }) => name)).toEqual(['requester', 'dba']);
  });

  it('and deleting needs its own right, also for one’s own', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', {});
    expect(refusal(() => world.requests.delete(world.requester('alice'), id))).toEqual({
      code: 7,
      text: 'access denied to perform action "delete" on "access_request"',
    });
    expect(refusal(() => world.requests.delete(world.requester('root'), 'x'))?.code).toBe(5);
    world.requests.delete(world.requester('root'), id);
    expect(world.store.all()).toEqual([]);
  });
});

describe('who sees a request', () => {
  const seen = (world: TestWorld, user: string, filter: object = {}) =>
    world.list(user, filter).map((request) => request.user);

  it('depends on rules, reviews and oneself', () => {
    const world = new TestWorld();
    world.create('alice', {});
    world.create('max', { roles: ['data-dba'] });
    world.create('hal', { roles: ['dba'] });
    expect(seen(world, 'root')).toEqual(['alice', 'max', 'hal']);
    expect(seen(world, 'alice')).toEqual(['alice']);
    expect(seen(world, 'alice', { user: 'max' })).toEqual([]);
    expect(seen(world, 'bob')).toEqual(['alice', 'max', 'hal']);
    expect(seen(world, 'erin')).toEqual(['max']);
    expect(seen(world, 'hal')).toEqual(['alice', 'max', 'hal']);
    expect(refusal(() => seen(world, 'ivan'))?.code).toBe(7);
  });

  it('and scopes, states and words narrow it', () => {
    const world = new TestWorld();
    const { id } = world.create('alice', { requestReason: 'the Disk is full' });
    world.create('max', { roles: ['dba'] });
    world.review('bob', id);
    expect(seen(world, 'bob', { scope: 'needs-review' })).toEqual(['max']);
    expect(seen(world, 'bob', { scope: 'reviewed' })).toEqual(['alice']);
    expect(seen(world, 'bob', { scope: 'mine' })).toEqual([]);
    expect(seen(world, 'bob', { keywords: ['disk', 'DBA'] })).toEqual(['alice']);
    expect(seen(world, 'bob', { state: 'approved' })).toEqual([]);
    expect(seen(world, 'bob', { id })).toEqual(['alice']);
  });

  it('until it ends, of which watchers are told', () => {
    const world = new TestWorld();
    const told: string[] = [];
    world.store.onChange(({ kind, request }) => told.push(`${kind} ${request.id}`));
    const { id } = world.create('alice', {});
    world.advance(12 * hour - 1);
    expect(seen(world, 'alice')).toEqual(['alice']);
    world.advance(1);
    expect(seen(world, 'alice')).toEqual([]);
    expect(told).toEqual([`put ${id}`, `delete ${id}`]);
  });
});

describe('what one may ask for', () => {
  const query = {
    user: '',
    requestableRoles: true,
    suggestedReviewers: true,
    resourceIds: [],
    login: '',
    filterByResource: false,
  };
  const ask = (user: string, change: object = {}, pose?: 'v11') => {
    const world = new TestWorld(pose);
    return world.requests.capabilities(world.requester(user), { ...query, ...change });
  };

  it.each([
    [
      'alice',
      {
        requestableRoles: ['data-dba', 'dba', 'prod'],
        suggestedReviewers: ['bob', 'carol'],
        requireReason: false,
        autoRequest: false,
      },
    ],
    [
      'alw',
      { requestableRoles: ['dba'], requestPrompt: 'ticket number', requireReason: true, autoRequest: true },
    ],
    ['rea', { requestableRoles: ['prod'], requireReason: true, autoRequest: false }],
    ['bob', { requestableRoles: [], suggestedReviewers: [] }],
  ])('of %s', (user, expected) => {
    expect(ask(user)).toMatchObject(expected);
  });

  it('for resources names the roles, or refuses', () => {
    expect(ask('alice', { resourceIds: [node('n1')] }).applicableRolesForResources).toEqual([
      'prod',
      'prod-root',
    ]);
    expect(ask('alice', { resourceIds: [node('n1')], filterByResource: true }).requestableRoles).toEqual([
      'prod',
    ]);
    expect(refusal(() => ask('alice', { resourceIds: [node('nope')] }))?.code).toBe(3);
    expect(refusal(() => ask('alw', { resourceIds: [node('n1')] }))?.code).toBe(7);
  });

  it('of others needs rules', () => {
    expect(refusal(() => ask('alice', { user: 'bob' }))).toEqual({
      code: 7,
      text: 'access denied to perform action "read" on "user"',
    });
    expect(ask('root', { user: 'alice' }).requestableRoles).toEqual(['data-dba', 'dba', 'prod']);
  });

  it('has no prompts on 11', () => {
    expect(ask('alw', {}, 'v11')).toMatchObject({
      requestPrompt: '',
      requireReason: false,
      autoRequest: false,
    });
  });
});

describe('assuming', () => {
  const approved = (world: TestWorld, change: Partial<Draft> = {}, user = 'alice') => {
    const { id } = world.create(user, change);
    world.setState('root', id, 'approved');
    return id;
  };

  it('gives the roles, until the access ends', () => {
    const world = new TestWorld();
    const id = approved(world);
    const assumed = world.assume('alice', [id]);
    expect(assumed.roles.map(({ name }) => name)).toEqual(['requester', 'dba']);
    expect(assumed.activeRequests).toEqual([id]);
    expect(assumed.endMs).toBe(world.nowMs + 12 * hour);
  });

  it.each<[string, (world: TestWorld) => string, number, RegExp]>([
    ['unknown', () => 'x', 5, /^access request "x" not found$/],
    ['pending', (world) => world.create('alice', {}).id, 7, /is awaiting approval$/],
    [
      'denied',
      (world) => {
        const { id } = world.create('alice', {});
        world.setState('root', id, 'denied');
        return id;
      },
      7,
      /has been denied$/,
    ],
    ['of another', (world) => approved(world, { roles: ['dba'] }, 'max'), 7, /belongs to another user/],
    [
      'scheduled',
      (world) => approved(world, { assumeStartMs: hour }),
      3,
      /can not be assumed until 2026-01-01 01:00:00 \+0000 UTC$/,
    ],
    [
      'of a role that may no longer be asked',
      (world) => {
        const id = approved(world);
        world.setRoles('alice', ['bare']);
        return id;
      },
      3,
      /can not request role "dba"/,
    ],
    [
      'over',
      (world) => {
        const id = approved(world);
        world.advance(13 * hour);
        return id;
      },
      5,
      /not found/,
    ],
  ])('is refused when the request is %s', (_name, prepare, code, text) => {
    const world = new TestWorld();
    const id = prepare(world);
    const found = refusal(() => world.assume('alice', [id]));
    expect(found?.code).toBe(code);
    expect(found?.text).toMatch(text);
  });

  it('works by itself once the scheduled time has come', () => {
    const world = new TestWorld();
    const id = approved(world, { assumeStartMs: hour });
    world.advance(hour);
    expect(world.assume('alice', [id]).activeRequests).toEqual([id]);
  });

  it('takes several for roles, one for resources, and ends with the first', () => {
    const world = new TestWorld();
    const first = approved(world, { roles: ['dba'] });
    const second = approved(world, { roles: [], resourceIds: [node('n1')], accessExpiryMs: 2 * hour });
    const third = approved(world, { roles: [], resourceIds: [node('n2')] });
    const both = world.assume('alice', [first, second]);
    expect(both.allowedResources).toEqual([node('n1')]);
    expect(both.endMs).toBe(world.nowMs + 2 * hour);
    expect(refusal(() => world.assume('alice', [second, third]))?.code).toBe(3);
  });

  it('is refused for resources in the community edition', () => {
    const world = new TestWorld('v18', 'community');
    const id = approved(world, { roles: [], resourceIds: [node('n1')] });
    expect(refusal(() => world.assume('alice', [id]))).toEqual({
      code: 7,
      text: 'resource access requests: this feature requires Teleport Enterprise',
    });
  });

  it('is checked again at every reissue, until the request is dropped', () => {
    const world = new TestWorld();
    const kept = approved(world, { roles: ['dba'] });
    const gone = approved(world, { roles: ['prod'] });
    const held = world.assume('alice', [kept, gone]).activeRequests;
    expect(world.assume('alice', [], [], held).activeRequests).toEqual([kept, gone]);
    world.requests.delete(world.requester('root'), gone);
    expect(refusal(() => world.assume('alice', [], [], held))?.code).toBe(5);
    expect(world.assume('alice', [], [gone], held).roles.map(({ name }) => name)).toEqual([
      'requester',
      'dba',
    ]);
    expect(world.assume('alice', [], ['nope'], [kept]).activeRequests).toEqual([kept]);
    expect(world.assume('alice', [kept], ['*'], held)).toMatchObject({
      activeRequests: [],
      roles: [{ name: 'requester' }],
    });
  });
});
