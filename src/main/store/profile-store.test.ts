import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../log/log.ts';
import { makeHost } from '../testing/host.ts';
import { ProfileStore } from './profile-store.ts';

const cluster = { address: 'a:443', name: 'a', colour: 0, trust: { kind: 'system' as const }, users: ['u'] };

describe('ProfileStore', () => {
  it('keeps what was written', () => {
    const host = makeHost();
    const store = new ProfileStore(host.openStore('profiles'), silentLogger);
    store.update((old) => ({ ...old, clusters: [cluster] }));
    store.rememberLogin('/r', 'root');
    const again = new ProfileStore(makeHost(host.dataFolder).openStore('profiles'), silentLogger);
    expect(again.profiles.clusters).toEqual([cluster]);
    expect(again.profiles.lastLogins).toEqual({ '/r': 'root' });
  });

  it.each(['{"format":1,"clusters":"no"}', 'not json', '[]'])(
    'puts a damaged file aside and goes on: %s',
    (content) => {
      const host = makeHost();
      const store = host.openStore('profiles');
      writeFileSync(store.path, content);
      const profiles = new ProfileStore(store, silentLogger);
      expect(profiles.profiles.clusters).toEqual([]);
      expect(readFileSync(`${store.path}.damaged`, 'utf8')).toBe(content);
      profiles.update((old) => ({ ...old, clusters: [cluster] }));
      expect(existsSync(store.path)).toBe(true);
      expect(
        new ProfileStore(makeHost(host.dataFolder).openStore('profiles'), silentLogger).profiles.clusters,
      ).toHaveLength(1);
    },
  );
});
