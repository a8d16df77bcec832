import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { type AccountUri, formatRequestUri, type RequestUri } from '../../../shared/uri/uri.ts';
import { type AccountList, mergeLists, nextToLoad } from './merge-lists.ts';

const time = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

function request(user: string, id: string, minute: number, change: Partial<RequestInfo> = {}): RequestInfo {
  const uri = formatRequestUri({ address: 'a:443', userName: user, id });
  return {
    uri,
    accountUri: uri.split('/').slice(0, 5).join('/') as AccountUri,
    id,
    createdAt: time(minute),
    isOwn: false,
    waitsForMe: false,
    ...change,
  } as RequestInfo;
}

const all = () => true;
const ids = (rows: ReturnType<typeof mergeLists>) => rows.map((row) => row.request.id);
const nothing = new Map<RequestUri, RequestInfo | undefined>();

describe('the lists of several accounts as one', () => {
  it('is newest first', () => {
    const a: AccountList = { items: [request('a', '1', 9), request('a', '2', 5)], nextKey: undefined };
    const b: AccountList = { items: [request('b', '3', 7)], nextKey: undefined };
    expect(ids(mergeLists([a, b], nothing, all))).toEqual(['1', '3', '2']);
  });

  it('shows a request once, as the account sees it that can do most with it', () => {
    const a: AccountList = { items: [request('a', '1', 9, { waitsForMe: true })], nextKey: undefined };
    const b: AccountList = { items: [request('b', '1', 9, { isOwn: true })], nextKey: undefined };
    const [row, ...rest] = mergeLists([a, b], nothing, all);
    expect(rest).toEqual([]);
    expect(row?.request.isOwn).toBe(true);
    expect(row?.others.map((one) => one.waitsForMe)).toEqual([true]);
  });

  it('takes over what was pushed, and takes out what is gone', () => {
    const old = request('a', '1', 9);
    const gone = request('a', '2', 8);
    const changed = new Map<RequestUri, RequestInfo | undefined>([
      [old.uri, { ...old, state: 'denied' }],
      [gone.uri, undefined],
      [request('a', '3', 10).uri, request('a', '3', 10)],
    ]);
    const rows = mergeLists([{ items: [old, gone], nextKey: undefined }], changed, all);
    expect(ids(rows)).toEqual(['3', '1']);
    expect(rows[1]?.request.state).toBe('denied');
  });

  it('never lets a later page put rows above those that were shown', () => {
    const lists = fc.array(
      fc.record({
        minutes: fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 }),
        pages: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(lists, (accounts) => {
        const whole = accounts.map(({ minutes }, account) =>
          minutes
            .toSorted((x, y) => y - x)
            .map((minute, index) => request(`u${account}`, `${account}-${index}`, minute)),
        );
        const sizes = accounts.map(({ minutes, pages }) => Math.max(1, Math.ceil(minutes.length / pages)));
        const loaded = whole.map((items, account) => sizes[account] ?? items.length);
        const view = (): AccountList[] =>
          whole.map((items, account) => ({
            items: items.slice(0, loaded[account]),
            nextKey: (loaded[account] ?? 0) < items.length ? 'next' : undefined,
          }));
        let shown: string[] = [];
        for (;;) {
          const rows = ids(mergeLists(view(), nothing, all));
          expect(rows.slice(0, shown.length)).toEqual(shown);
          shown = rows;
          const next = nextToLoad(view());
          if (next < 0) break;
          loaded[next] = (loaded[next] ?? 0) + (sizes[next] ?? 1);
        }
        expect(shown).toHaveLength(whole.flat().length);
      }),
      // Equal times at the end of a page.
      {
        examples: [
          [
            [
              { minutes: [2, 2], pages: 2 },
              { minutes: [2], pages: 1 },
            ],
          ],
        ],
      },
    );
  });
});
