import { describe, expect, it } from 'vitest';
import { TestWorld, node, refusal } from '../testing/request-world.ts';

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
