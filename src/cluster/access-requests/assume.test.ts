import { describe, expect, it } from 'vitest';
import { TestWorld, hour, node, refusal } from '../testing/request-world.ts';
import type { Draft } from './model.ts';

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
