import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SettingsInfo } from '../../shared/contract/settings.ts';
import type { Host } from '../host/host.ts';
import { silentLogger } from '../log/log.ts';
import { StateHub } from '../state/state-hub.ts';
import { makeHost } from '../testing/host.ts';
import { SettingsService } from './settings-service.ts';

const open: SettingsService[] = [];
afterEach(() => {
  for (const service of open.splice(0)) service.dispose();
});

function start(host: Host = makeHost()) {
  const hub = new StateHub({} as never);
  const store = host.openStore('settings');
  const now = () => new Date('2026-01-05T12:00:00Z');
  const service = new SettingsService({ hub, store, secrets: host.secrets, log: silentLogger, now });
  open.push(service);
  return { host, store, service, info: (): SettingsInfo => hub.state.settings };
}

const content = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('a settings file that cannot be read', () => {
  it.each([
    ['half a file', '{ "terminal.fontSize": 18, "some'],
    ['other bytes', '\u0000\u0001\u0002'],
    ['another program', '[1, 2, 3]'],
  ])('(%s) is put aside when asked, and the copy of before counts', (_name, text) => {
    const first = start();
    first.service.set({ 'terminal.fontSize': 15 });
    first.service.set({ 'terminal.fontSize': 16, 'terminal.bell': 'visual' });
    first.service.dispose();
    writeFileSync(first.store.path, text);
    const { service, info, store } = start(makeHost(first.host.dataFolder));
    expect(info().isReadOnly).toBe(true);
    const aside = service.putAside();
    expect(readFileSync(aside, 'utf8')).toBe(text);
    expect(info()).toMatchObject({ isReadOnly: false, values: { 'terminal.fontSize': 15 } });
    expect(info().fileProblem).toBeUndefined();
    service.set({ 'terminal.bell': 'sound' });
    expect(content(store.path)).toMatchObject({ 'terminal.fontSize': 15, 'terminal.bell': 'sound' });
    expect(() => service.putAside()).toThrow('can be read');
  });

  it('leaves the defaults when no copy was kept, and nothing is lost', () => {
    const { host, store } = start();
    writeFileSync(store.path, '{');
    const { service, info } = start(makeHost(host.dataFolder));
    service.putAside();
    expect(info()).toMatchObject({ isReadOnly: false, changed: [] });
    expect(readdirSync(dirname(store.path)).filter((name) => name.includes('damaged'))).toHaveLength(1);
  });
});

describe('two instances on one folder', () => {
  it('take over what the other one sets, and neither undoes it', async () => {
    const one = start();
    const two = start(makeHost(one.host.dataFolder));
    one.service.set({ 'terminal.fontSize': 20 });
    // At once, before anything can have told it.
    two.service.set({ 'terminal.bell': 'visual' });
    one.service.bindKeys([{ command: 'palette', chords: ['F8'] }]);
    two.service.bindKeys([{ command: 'find', chords: ['F9'] }]);
    const all = {
      'terminal.fontSize': 20,
      'terminal.bell': 'visual',
      keys: { palette: 'F8', find: 'F9' },
    };
    expect(content(one.store.path)).toMatchObject(all);
    await expect.poll(() => one.info().values).toMatchObject(all);
    await expect.poll(() => two.info().values).toMatchObject(all);
  });
});

describe('a folder that takes nothing', () => {
  it('is told at each change; the change counts for this run, and the next one that is kept keeps it', () => {
    const { host, service, info, store } = start();
    service.set({ 'terminal.fontSize': 15 });
    // Where the folder was there is a file: no account can write below it, not even root.
    const elsewhere = `${host.dataFolder}-moved`;
    renameSync(host.dataFolder, elsewhere);
    writeFileSync(host.dataFolder, '');
    expect(() => service.set({ 'terminal.fontSize': 30 })).toThrow('for this run only');
    expect(info().values['terminal.fontSize']).toBe(30);
    renameSync(host.dataFolder, `${elsewhere}-file`);
    mkdirSync(host.dataFolder);
    service.set({ 'terminal.bell': 'visual' });
    expect(existsSync(store.path)).toBe(true);
    expect(content(store.path)).toMatchObject({ 'terminal.bell': 'visual' });
  });
});
