import { describe, expect, it } from 'vitest';
import type { AccessRequest, WireReview } from '../protocol/codec/access-request.ts';
import { approvalsOf, denialsOf } from './approvals.ts';
import { unreadRequest } from './request-info.ts';
import { matchesPattern, mayReview, type ReviewRights } from './review-rights.ts';

const threshold = (approve: number, deny = 1, filter = '') => ({ name: '', filter, approve, deny });
const review = (author: string, decision: 'approve' | 'deny', ...thresholds: number[]): WireReview => ({
  author,
  decision,
  reason: '',
  created: undefined,
  assumeFrom: undefined,
  thresholds,
});
const make = (change: Partial<AccessRequest>): AccessRequest => ({
  ...unreadRequest('a', 'alice'),
  state: 'pending',
  ...change,
});

describe('approvals', () => {
  it.each<[string, Partial<AccessRequest>, { given: number; needed: number }]>([
    ['one without thresholds', {}, { given: 0, needed: 1 }],
    [
      'two, none given',
      { thresholds: [threshold(2)], roleSets: new Map([['dba', [[0]]]]) },
      { given: 0, needed: 2 },
    ],
    [
      'two, one given',
      {
        thresholds: [threshold(2)],
        roleSets: new Map([['dba', [[0]]]]),
        reviews: [review('bob', 'approve', 0)],
      },
      { given: 1, needed: 2 },
    ],
    [
      'one that does not count for the threshold',
      {
        thresholds: [threshold(1, 1, 'contains(reviewer.roles, "boss")')],
        roleSets: new Map([['dba', [[0]]]]),
        reviews: [review('bob', 'approve')],
      },
      { given: 1, needed: 2 },
    ],
    [
      'the cheaper threshold of a set',
      { thresholds: [threshold(3), threshold(1)], roleSets: new Map([['dba', [[0, 1]]]]) },
      { given: 0, needed: 1 },
    ],
    [
      'the dearest of several roles',
      {
        thresholds: [threshold(1), threshold(3)],
        roleSets: new Map([
          ['dba', [[0]]],
          ['prod', [[1]]],
        ]),
      },
      { given: 0, needed: 3 },
    ],
  ])('count %s', (_name, change, expected) => {
    expect(approvalsOf(make(change))).toEqual(expected);
  });

  it('count denials against the strictest threshold, and none where none decides', () => {
    const roleSets = new Map([['dba', [[0, 1]]]]);
    expect(denialsOf(make({ thresholds: [threshold(1, 2), threshold(1, 1)], roleSets })).needed).toBe(1);
    expect(denialsOf(make({ thresholds: [threshold(1, 0)], roleSets })).needed).toBe(0);
  });
});

describe('the right to review', () => {
  const rights = (allow: string[], deny: string[] = [], isConditional = false): ReviewRights => ({
    allow: [{ patterns: allow, isConditional }],
    deny: deny.length > 0 ? [{ patterns: deny, isConditional: false }] : [],
  });
  const request = make({ roles: ['dba', 'prod'] });

  it.each<[string, Partial<AccessRequest>, ReviewRights | undefined, string]>([
    ['every role allowed', {}, rights(['*']), 'yes'],
    ['one role not allowed', {}, rights(['dba']), 'no'],
    ['one role denied', {}, rights(['*'], ['prod']), 'no'],
    ['a condition', {}, rights(['*'], [], true), 'unknown'],
    ['unread roles', {}, undefined, 'unknown'],
    ['the own request', { requester: 'bob' }, rights(['*']), 'no'],
    ['a decided one', { state: 'denied' }, rights(['*']), 'no'],
    ['one reviewed before', { reviews: [review('bob', 'approve')] }, rights(['*']), 'no'],
  ])('with %s', (_name, change, held, answer) => {
    expect(mayReview({ ...request, ...change }, 'bob', held).answer).toBe(answer);
  });

  it.each([
    ['dba', 'dba', true],
    ['db*', 'dba', true],
    ['db.', 'dba', false],
    ['^db[a-c]$', 'dba', true],
    ['^db', 'dba', false],
    ['^($', 'dba', false],
    ['*', 'anything', true],
  ])('reads %s for %s as %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });
});
