import { describe, expect, it } from 'vitest';
import { TestWorld, hour, refusal } from '../testing/request-world.ts';

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
