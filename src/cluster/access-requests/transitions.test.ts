import { describe, expect, it } from 'vitest';
import { TestWorld, refusal } from '../testing/request-world.ts';

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
