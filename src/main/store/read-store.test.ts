import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestStore } from '../access-requests/request-store.ts';
import { Bookmarks } from '../files/bookmarks.ts';
import { silentLogger } from '../log/log.ts';
import { createLoopbackHost } from '../loopback/loopback-host.ts';
import { Uses } from '../palette/uses.ts';
import type { ResourceUri } from '../../shared/uri/uri.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const server = '/clusters/c/users/u/servers/s' as ResourceUri;
const log = silentLogger;
type Store = ReturnType<ReturnType<typeof createLoopbackHost>['openStore']>;

/** Each opens a store and then writes to it. */
const openings: readonly (readonly [string, (store: Store) => void])[] = [
  ['carts and notices', (store) => new RequestStore(store, log).update({ told: ['x'] })],
  ['bookmarks', (store) => new Bookmarks(store, log).set(server, '/tmp', true)],
  ['uses', (store) => new Uses({ store, log, now: () => new Date() }).use('x')],
];

describe.each(openings)('a damaged file of %s', (_name, openAndWrite) => {
  it.each(['{"format":1', '{"format":2,"what":"a later version wrote"}'])(
    'is kept beside the new one: %s',
    (text) => {
      const store = createLoopbackHost(folder).openStore('some');
      writeFileSync(store.path, text);
      openAndWrite(store);
      expect(readFileSync(`${store.path}.damaged`, 'utf8')).toBe(text);
      expect(readFileSync(store.path, 'utf8')).not.toBe(text);
    },
  );

  it('is none when nothing was written yet', () => {
    const store = createLoopbackHost(folder).openStore('some');
    openAndWrite(store);
    expect(existsSync(`${store.path}.damaged`)).toBe(false);
  });
});
