import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestNotice } from '../../shared/contract/access-requests.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { type AccountUri, formatAccountUri } from '../../shared/uri/uri.ts';
import type { AccessRequest } from '../protocol/codec/access-request.ts';
import { StateHub } from '../state/state-hub.ts';
import { NoticeBoard } from './notice-board.ts';
import { RequestBook } from './request-book.ts';
import { toRequestInfo, unreadRequest, type Viewer } from './request-info.ts';
import { RequestPublisher } from './request-publisher.ts';
import type { RequestStore } from './request-store.ts';

const minute = 60_000;
const accountUri: AccountUri = formatAccountUri({ address: 'proxy.example:443', userName: 'bob' });

function open() {
  const hub = new StateHub({ requests: {}, notices: {}, accounts: {}, clusters: {} } as unknown as AppState);
  const told: (readonly RequestNotice[])[] = [];
  const store = { stored: { notices: [], told: [] }, update: () => undefined } as unknown as RequestStore;
  const now = () => new Date();
  const board = new NoticeBoard({ hub, store, now, notify: (notices) => told.push(notices) });
  const book = new RequestBook(
    () => true,
    () => Date.now(),
  );
  const get = vi.spyOn(book, 'get');
  const refused = new Set<string>();
  const assumed = new Set<string>();
  let rights: Viewer['rights'] = { allow: [{ patterns: ['*'], isConditional: false }], deny: [] };
  const viewer = (): Viewer => ({
    accountUri,
    userName: 'bob',
    clusterName: 'proxy.example',
    major: 18,
    rights,
    mayDelete: { answer: 'no', reason: '' },
    assumed,
    refused,
    now: now(),
  });
  const publisher = new RequestPublisher({ accountUri, hub, board, book, viewer, now });
  return {
    hub,
    book,
    told,
    refused,
    assumed,
    viewer,
    publisher,
    setRights: (next: Viewer['rights']) => {
      rights = next;
    },
    shown: () => new Map(Object.values(hub.state.requests).map((info) => [info.id, info])),
    /** Which requests are looked at by one publishing. */
    looked: () => {
      get.mockClear();
      publisher.publish();
      return new Set(get.mock.calls.map(([id]) => id));
    },
  };
}

const make = (id: string, change: Partial<AccessRequest> = {}): AccessRequest => ({
  ...unreadRequest(id, 'alice'),
  state: 'pending',
  roles: ['dba'],
  created: new Date(0),
  ...change,
});
const afterMinutes = (minutes: number) => new Date(Date.now() + minutes * minute);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the requests that pages have', () => {
  it('are looked at one by one while only requests change, and all when rights, refusals or assumed ones do', () => {
    const { book, publisher, looked, refused, assumed, setRights, shown } = open();
    const all = Array.from({ length: 100 }, (_, n) => String(n));
    for (const id of all) book.put(make(id));
    publisher.publish();
    expect(shown().size).toBe(100);
    expect(looked()).toEqual(new Set());
    book.put(make('7', { state: 'denied' }));
    book.remove('8');
    expect(looked()).toEqual(new Set(['7', '8']));
    expect([shown().get('7')?.state, shown().get('8')]).toEqual(['denied', undefined]);
    refused.add('9');
    expect(looked().size).toBe(99);
    expect(shown().get('9')?.mayReview.answer).toBe('no');
    assumed.add('10');
    expect(looked().size).toBe(99);
    setRights({ allow: [], deny: [] });
    expect(looked().size).toBe(99);
    expect([...shown().values()].filter((info) => info.waitsForMe)).toEqual([]);
  });

  it('change when a scheduled time comes, of which the earliest may be added last', () => {
    const { book, publisher, shown } = open();
    const own = { requester: 'bob', state: 'approved' } as const;
    book.put(make('late', { ...own, assumeFrom: afterMinutes(60) }));
    publisher.publish();
    book.put(make('soon', { ...own, assumeFrom: afterMinutes(10) }));
    publisher.publish();
    book.put(make('brief', { vanishesAt: afterMinutes(20) }));
    publisher.publish();
    const seen = () => ['late', 'soon', 'brief'].map((id) => shown().get(id)?.assumable.kind);
    expect(seen()).toEqual(['later', 'later', 'never']);
    vi.advanceTimersByTime(10 * minute + 5_000);
    expect(seen()).toEqual(['later', 'now', 'never']);
    vi.advanceTimersByTime(10 * minute);
    expect(seen()).toEqual(['later', 'now', undefined]);
    vi.advanceTimersByTime(40 * minute);
    expect(seen()).toEqual(['now', 'now', undefined]);
    publisher.dispose();
    expect(shown().size).toBe(0);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  });

  it('are after any steps what a look at each of them gives', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const minutes = fc.integer({ min: -30, max: 90 });
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        id,
        requester: fc.constantFrom('alice', 'bob'),
        state: fc.constantFrom('pending' as const, 'approved' as const, 'denied' as const),
        from: minutes,
        until: minutes,
        vanishes: minutes,
      }),
      fc.record({ kind: fc.constant('remove' as const), id }),
      fc.record({ kind: fc.constant('refuse' as const), id }),
      fc.record({ kind: fc.constant('assume' as const), id }),
      fc.record({ kind: fc.constant('set clock' as const), minutes }),
      fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { book, publisher, refused, assumed, viewer, shown } = open();
        for (const one of steps) {
          if (one.kind === 'put')
            book.put(
              make(one.id, {
                requester: one.requester,
                state: one.state,
                assumeFrom: afterMinutes(one.from),
                accessUntil: afterMinutes(one.until),
                vanishesAt: afterMinutes(one.vanishes),
              }),
            );
          else if (one.kind === 'remove') book.remove(one.id);
          else if (one.kind === 'refuse') refused.add(one.id);
          else if (one.kind === 'assume') assumed.add(one.id);
          else if (one.kind === 'set clock') vi.setSystemTime(afterMinutes(one.minutes));
          else vi.advanceTimersByTime(one.minutes * minute);
          publisher.publish();
          const expected = book.all
            .filter(({ state, vanishesAt }) => state !== 'pending' || (vanishesAt ?? 0) > viewer().now)
            .map((request) => [request.id, toRequestInfo(request, viewer())] as const);
          expect(shown()).toEqual(new Map(expected));
        }
        publisher.dispose();
      }),
    );
  });
});

describe('the operating system', () => {
  it('has one notice of what waits when many requests come at once, the inbox has each', () => {
    const { hub, book, publisher, told } = open();
    for (const id of ['a', 'b', 'c']) book.put(make(id));
    publisher.publish();
    expect(told.map((notices) => notices.length)).toEqual([3]);
    expect(Object.keys(hub.state.notices)).toHaveLength(3);
    book.put(make('d'));
    publisher.publish();
    expect(told.map((notices) => notices.length)).toEqual([3, 1]);
    // The account's own request is another matter.
    book.put(make('own', { requester: 'bob' }));
    publisher.publish();
    book.put(make('own', { requester: 'bob', state: 'approved' }));
    book.put(make('e'));
    publisher.publish();
    expect(told.slice(2).map((notices) => notices.map((one) => one.kind))).toEqual([
      ['approved'],
      ['waits-for-review'],
    ]);
  });
});
