import { describe, expect, it } from 'vitest';
import { TestWorld, day, hour, refusal } from '../testing/request-world.ts';
import type { Draft } from './model.ts';

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
