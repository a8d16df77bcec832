import { describe, expect, it } from 'vitest';
import type { RequestNotice } from '../../shared/contract/access-requests.ts';
import { StateHub } from '../state/state-hub.ts';
import { wordsOf } from './request-notice-words.ts';

const hub = new StateHub({
  accounts: { bob: { clusterUri: 'cluster' } },
  clusters: { cluster: { name: 'proxy.example' } },
} as never);
const notice = (kind: RequestNotice['kind'], person: string, summary: string): RequestNotice => ({
  id: 'n' as never,
  kind,
  accountUri: 'bob' as never,
  requestUri: 'bob/requests/1' as never,
  person,
  summary,
  at: '2026-01-01T00:00:00.000Z',
  isRead: false,
});

describe('a notice of the system', () => {
  it('names the one request, and can be opened', () => {
    expect(wordsOf([notice('waits-for-review', 'alice', 'dba')], hub)).toEqual({
      title: 'alice asks for access',
      body: 'dba · proxy.example',
      requestUri: 'bob/requests/1',
    });
  });

  it('counts many, and names each person once', () => {
    const people = ['alice', 'carol', 'alice', 'dave', 'erin', 'frank'];
    const asked = people.map((person) => notice('waits-for-review', person, 'dba'));
    expect(wordsOf(asked, hub)).toEqual({
      title: '6 access requests wait for your review',
      body: 'alice, carol, dave and 2 more · proxy.example',
    });
    const denied = ['dba', 'prod'].map((roles) => notice('denied', 'carol', roles));
    expect(wordsOf(denied, hub)).toEqual({
      title: '2 of your access requests were denied',
      body: 'dba, prod · proxy.example',
    });
  });
});
