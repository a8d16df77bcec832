import { describe, expect, it } from 'vitest';
import { TestWorld, hour, refusal } from '../testing/request-world.ts';

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
