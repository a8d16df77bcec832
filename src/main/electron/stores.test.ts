import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Host } from '../host/host.ts';
import { createLoopbackHost } from '../loopback/loopback-host.ts';
import { electron } from '../testing/electron.ts';
import { createElectronHost } from './electron-host.ts';

vi.mock('electron', () => import('../testing/electron.ts'));
vi.mock('electron-store', async () => ({
  default: (await import('../testing/electron-store.ts')).ElectronStore,
}));

const hosts: Record<string, (folder: string) => Host> = {
  loopback: createLoopbackHost,
  electron(folder) {
    electron.userData = folder;
    return createElectronHost();
  },
};
const makeFolder = () => mkdtempSync(join(tmpdir(), 'porthole-stores-'));

describe.each(Object.keys(hosts))('a store of the %s host', (kind) => {
  const open = (folder: string, name = 'things') =>
    (hosts[kind] as (typeof hosts)[string])(folder).openStore(name);

  it('is nothing before it was written, and makes no file by being read', () => {
    const folder = makeFolder();
    const store = open(folder);
    expect(store.read()).toBeUndefined();
    expect(existsSync(store.path)).toBe(false);
    expect(store.path).toBe(join(folder, 'things.json'));
  });

  it('gives back what was written, whole, also to a next start', () => {
    const folder = makeFolder();
    open(folder).write({ format: 1, 'dotted.name': { deep: [1, null, 'ä'] } });
    open(folder).write({ format: 2 });
    expect(open(folder).read()).toEqual({ format: 2 });
    open(folder).write({});
    expect(open(folder).read()).toEqual({});
    expect(open(folder, 'others').read()).toBeUndefined();
  });

  it('says so when its file is damaged, and begins anew with the next write', () => {
    const folder = makeFolder();
    const store = open(folder);
    writeFileSync(store.path, '{ "format": 1');
    expect(() => store.read()).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    expect(readFileSync(store.path, 'utf8')).toBe('{ "format": 1');
    store.write({ format: 3 });
    expect(store.read()).toEqual({ format: 3 });
  });

  it('leaves nothing beside its file, and nothing that others may read', () => {
    const folder = makeFolder();
    const store = open(folder);
    store.write({ a: 'b' });
    expect(readdirSync(folder).filter((name) => name.startsWith('things'))).toEqual(['things.json']);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('throws when the disk refuses, and keeps what was there', () => {
    const folder = makeFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    // A folder that is a file: no account can write into it, not even root.
    expect(() => {
      const store = open(folder);
      open(folder).write({ kept: true });
      (hosts[kind] as (typeof hosts)[string])(folder).openStore('file/things').write({ a: 1 });
      return store;
    }).toThrow();
    expect(open(folder).read()).toEqual({ kept: true });
  });

  it('carries any JSON', () => {
    const folder = makeFolder();
    const store = open(folder);
    const key = fc.string({ minLength: 1 }).filter((name) => !name.startsWith('__'));
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (value) => {
        store.write(value);
        expect(JSON.stringify(store.read())).toBe(JSON.stringify(value));
      }),
      { numRuns: 100 },
    );
  });
});

it('both hosts read what the other one wrote', () => {
  const folder = makeFolder();
  (hosts['loopback'] as (typeof hosts)[string])(folder).openStore('shared').write({ from: 'loopback' });
  const store = (hosts['electron'] as (typeof hosts)[string])(folder).openStore('shared');
  expect(store.read()).toEqual({ from: 'loopback' });
  store.write({ from: 'electron' });
  expect((hosts['loopback'] as (typeof hosts)[string])(folder).openStore('shared').read()).toEqual({
    from: 'electron',
  });
});
