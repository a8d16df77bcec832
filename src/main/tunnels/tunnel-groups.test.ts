import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppState } from '../../shared/contract/state.ts';
import { Log } from '../log/log.ts';
import { createLoopbackHost } from '../loopback/loopback-host.ts';
import { StateHub } from '../state/state-hub.ts';
import { TunnelGroups } from './tunnel-groups.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-groups-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(known: readonly string[], listen: (id: string) => Promise<void> = async () => undefined) {
  const hub = new StateHub({ tunnelGroups: {} } as unknown as AppState);
  const store = createLoopbackHost(folder).openStore('tunnel-groups');
  const groups = new TunnelGroups({
    hub,
    store,
    log: new Log(join(folder, 'logs')).logger,
    tunnels: { has: (id) => known.includes(id), listen },
  });
  return { hub, groups, path: store.path };
}
const shown = ({ hub }: ReturnType<typeof start>) => Object.values(hub.state.tunnelGroups);

describe('groups of tunnels', () => {
  it('are there after the next start, and a known name gets the new tunnels', () => {
    const first = start(['a', 'b', 'c']);
    const id = first.groups.save('morning', ['a', 'b', 'b']);
    expect(first.groups.save('morning', ['b', 'c'])).toBe(id);
    expect(shown(start(['a', 'b', 'c']))).toEqual([{ id, name: 'morning', tunnelIds: ['b', 'c'] }]);
  });

  it('open every tunnel that is still known, also when one of them fails', async () => {
    const asked: string[] = [];
    const { groups } = start(['a', 'b'], async (id) => {
      asked.push(id);
      if (id === 'a') throw new Error('its port is taken');
    });
    const id = groups.save('both', ['a', 'b']);
    await groups.open(id);
    expect(asked.sort()).toEqual(['a', 'b']);
    const later = start(['b'], async (tunnelId) => void asked.push(tunnelId));
    asked.length = 0;
    await later.groups.open(id);
    expect(asked).toEqual(['b']);
  });

  it('refuse what is not there', async () => {
    const { groups } = start([]);
    expect(() => groups.save('none', ['a'])).toThrow(expect.objectContaining({ code: 'not-found' }));
    await expect(groups.open('no-such-group')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are gone when they are removed', () => {
    const app = start(['a']);
    app.groups.remove(app.groups.save('short', ['a']));
    expect(shown(app)).toEqual([]);
    expect(shown(start(['a']))).toEqual([]);
  });

  it('take names that mean something to programs', () => {
    const app = start(['a']);
    for (const name of ['__proto__', 'constructor', "'; drop", '名前', 'x'.repeat(100)])
      app.groups.save(name, ['a']);
    expect(shown(start(['a'])).map(({ name }) => name)).toHaveLength(5);
  });

  it('keep a damaged file beside the new one', () => {
    const { path } = start([]);
    writeFileSync(path, '{"format":1,"groups":[{}]}');
    const app = start(['a']);
    expect(shown(app)).toEqual([]);
    app.groups.save('new', ['a']);
    expect(existsSync(`${path}.damaged`)).toBe(true);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toContain('"groups":[{}]');
  });
});
