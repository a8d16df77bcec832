import { describe, expect, it } from 'vitest';
import type { AccountUri, ResourceUri } from '../../../shared/uri/uri.ts';
import { emptyFields, toDraft } from './draft.ts';
import { toLocal } from './local-time.ts';

const account = '/clusters/a:443/users/alice' as AccountUri;
const now = Date.parse('2026-03-10T12:00:00Z');

describe('what the form sends', () => {
  it('holds no times that were not chosen', () => {
    expect(toDraft(account, [{ kind: 'role', role: 'dba' }], emptyFields, now)).toEqual({
      accountUri: account,
      roles: ['dba'],
      resources: [],
      reason: '',
      reviewers: [],
    });
  });

  it('counts the duration from the start, and the wait from now', () => {
    const start = '2026-03-11T08:00:00.000Z';
    const fields = { ...emptyFields, start: toLocal(start), durationMs: 3_600_000, waitMs: 7_200_000 };
    expect(toDraft(account, [], fields, now)).toMatchObject({
      assumeFrom: start,
      accessUntil: '2026-03-11T09:00:00.000Z',
      pendingUntil: '2026-03-10T14:00:00.000Z',
    });
  });

  it('names every reviewer once', () => {
    const fields = { ...emptyFields, reviewers: ['bob'], otherReviewers: ' carol, bob;dan ' };
    expect(toDraft(account, [], fields, now).reviewers).toEqual(['bob', 'carol', 'dan']);
  });

  it('keeps roles and resources apart', () => {
    const resource = {
      kind: 'resource' as const,
      resourceUri: `${account}/kubernetes/k` as ResourceUri,
      name: 'k',
      inside: { kind: 'namespace', name: 'shop' },
    };
    const draft = toDraft(account, [{ kind: 'role', role: 'dba' }, resource], emptyFields, now);
    expect([draft.roles, draft.resources]).toEqual([['dba'], [resource]]);
  });
});
