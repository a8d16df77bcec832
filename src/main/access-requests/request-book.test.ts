import { describe, expect, it } from 'vitest';
import type { AccessRequest } from '../protocol/codec/access-request.ts';
import { RequestBook } from './request-book.ts';
import { unreadRequest } from './request-info.ts';

function make(id: string, change: Partial<AccessRequest> = {}): AccessRequest {
  return { ...unreadRequest(id, 'alice'), state: 'pending', ...change };
}

function open() {
  let now = 0;
  const book = new RequestBook(
    (request) => request.requester === 'alice',
    () => now,
  );
  return {
    book,
    wait: (ms: number) => {
      now += ms;
    },
    ids: () => book.all.map((request) => request.id).sort(),
  };
}

describe('the live requests of an account', () => {
  it('show a new request although lists do not have it yet, and let it go when they never do', () => {
    const { book, wait, ids } = open();
    book.answer('a', make('a'));
    expect(book.replace([])).toBe(true);
    expect(ids()).toEqual(['a']);
    wait(6_000);
    expect(book.replace([])).toBe(false);
    expect(ids()).toEqual([]);
  });

  it('do not bring a deleted request back from a list that is behind', () => {
    const { book, wait, ids } = open();
    book.replace([make('a')]);
    book.answer('a', undefined);
    book.replace([make('a')]);
    book.put(make('a'));
    expect(ids()).toEqual([]);
    wait(6_000);
    book.replace([make('a')]);
    expect(ids()).toEqual(['a']);
  });

  it('keep the decision that was answered against older news', () => {
    const { book } = open();
    book.replace([make('a')]);
    book.answer('a', make('a', { state: 'approved' }));
    book.put(make('a'));
    expect(book.get('a')?.state).toBe('approved');
    book.put(make('a', { state: 'denied' }));
    expect(book.get('a')?.state).toBe('denied');
    // The server has caught up: from here on its word counts.
    expect(book.replace([])).toBe(false);
  });

  it('do not go back when a call that began earlier is answered later than the stream', () => {
    const { book, ids } = open();
    book.replace([make('a'), make('b', { requester: 'bob' })]);
    book.put(make('a', { state: 'approved' }));
    book.put(make('a'));
    expect(book.get('a')?.state).toBe('approved');
    // The same for one that is not kept once it is decided.
    book.remove('a');
    book.put(make('a', { requester: 'bob', state: 'denied' }));
    book.put(make('a'));
    expect(ids()).toEqual([]);
  });

  it('hold no more than their bound, newest kept', () => {
    const { book } = open();
    for (let n = 0; n < 600; n += 1) book.put(make(String(n), { created: new Date(n) }));
    expect(book.all).toHaveLength(500);
    expect(book.get('0')).toBeUndefined();
    expect(book.get('599')).toBeDefined();
  });
});
