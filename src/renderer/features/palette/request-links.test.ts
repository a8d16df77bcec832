import { describe, expect, it } from 'vitest';
import { formatAccountUri, formatRequestUri } from '../../../shared/uri/uri.ts';
import { requestLinks } from './request-links.ts';

const id = '01a2113c-6d82-78d2-8305-f5e34ea2577c';
const account = (address: string, userName: string) => formatAccountUri({ address, userName });
const uri = (address: string, userName: string) => formatRequestUri({ address, userName, id });
const alice = account('a.example:443', 'alice');
const bob = account('a.example:443', 'bob');
const elsewhere = account('b.example:443', 'alice');

describe('requestLinks', () => {
  it.each([
    ['nothing but words', []],
    ['', []],
    [id.slice(0, -1), []],
    [uri('a.example:443', 'bob'), [uri('a.example:443', 'bob')]],
    [uri('c.example:443', 'bob'), []],
    // Somebody else's link is opened as oneself.
    [uri('b.example:443', 'carol'), [uri('b.example:443', 'alice')]],
    [
      `https://a.example/web/requests/${id.toUpperCase()}`,
      [uri('a.example:443', 'alice'), uri('a.example:443', 'bob'), uri('b.example:443', 'alice')],
    ],
  ])('finds in %j', (text, found) => {
    expect(requestLinks(text, [alice, bob, elsewhere])).toEqual(found);
  });
});
