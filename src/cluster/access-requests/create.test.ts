import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TestWorld, day, hour, node, refusal } from '../testing/request-world.ts';
import type { Draft } from './model.ts';

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
