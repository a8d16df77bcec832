import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Settings, type SettingsInfo, settingNames } from '../../shared/contract/settings.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import type { Host, JsonStore } from '../host/host.ts';
import { silentLogger } from '../log/log.ts';
import { StateHub } from '../state/state-hub.ts';
import { makeHost } from '../testing/host.ts';
import { judgeSettings } from './settings-file.ts';
import { SettingsService } from './settings-service.ts';

const open: SettingsService[] = [];
afterEach(() => {
  for (const service of open.splice(0)) service.dispose();
});

function start(host: Host = makeHost(), store: JsonStore = host.openStore('settings')) {
  const hub = new StateHub({} as never);
  const service = new SettingsService({
    hub,
    store,
    secrets: host.secrets,
    log: silentLogger,
    now: () => new Date('2026-01-05T12:00:00Z'),
  });
  open.push(service);
  const heard: Settings[] = [];
  service.onChange((values) => heard.push(values));
  return { host, store, service, heard, info: (): SettingsInfo => hub.state.settings };
}

const content = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('the settings', () => {
  it('begin with defaults, and no file', () => {
    const { info, store } = start();
    expect(info()).toMatchObject({ changed: [], problems: [], isReadOnly: false });
    expect(existsSync(store.path)).toBe(false);
  });

  it('take effect at once, are kept, and can be reset', () => {
    const { service, host, info, heard } = start();
    service.set({ 'terminal.fontSize': 16, 'appearance.theme': 'light' });
    expect(heard.at(-1)).toMatchObject({ 'terminal.fontSize': 16, 'appearance.theme': 'light' });
    const again = start(makeHost(host.dataFolder));
    expect(again.service.values['terminal.fontSize']).toBe(16);
    expect(again.info().changed).toEqual(['appearance.theme', 'terminal.fontSize']);
    service.reset(['terminal.fontSize']);
    expect(info()).toMatchObject({ changed: ['appearance.theme'], values: { 'terminal.fontSize': 13 } });
  });

  it('keep what they do not know, and a copy of the file before', () => {
    const { service, store } = start();
    writeFileSync(store.path, '{"format":1,"somebody.elses":[1],"terminal.fontSize":20}');
    const second = start(undefined, store);
    second.service.set({ 'terminal.fontSize': 21 });
    expect(content(store.path)).toMatchObject({ 'somebody.elses': [1], 'terminal.fontSize': 21 });
    expect(content(`${store.path}.bak`)).toMatchObject({ 'terminal.fontSize': 20 });
    expect(service).toBeDefined();
  });

  it('name each value that cannot be used, and keep it in the file', () => {
    const { store } = start();
    writeFileSync(store.path, '{"terminal.fontSize":"large","terminal.bell":"visual","keys":{"x":"Ctrl+"}}');
    const { service, info } = start(undefined, store);
    expect(info().values).toMatchObject({ 'terminal.fontSize': 13, 'terminal.bell': 'visual' });
    expect(info().problems.map((problem) => problem.name)).toEqual(['terminal.fontSize', 'keys']);
    service.set({ 'terminal.bell': 'none' });
    expect(content(store.path)['terminal.fontSize']).toBe('large');
  });

  it('are read again when somebody edits the file; an error is told with its line and loses nothing', async () => {
    const { store, service, info } = start();
    service.set({ 'terminal.fontSize': 15 });
    writeFileSync(store.path, '{\n  "terminal.fontSize": 18,\n}');
    await expect.poll(() => info().fileProblem?.facts?.['line']).toBe('3');
    expect(info().values['terminal.fontSize']).toBe(15);
    expect(() => service.set({ 'terminal.fontSize': 9 })).toThrow('cannot be changed here now');
    expect(readFileSync(store.path, 'utf8')).toContain('18');
    writeFileSync(store.path, '{\n  "terminal.fontSize": 18\n}');
    await expect.poll(() => info().values['terminal.fontSize']).toBe(18);
    expect(info().fileProblem).toBeUndefined();
  });

  it.each([
    ['', '1'],
    ['{\n\n', '3'],
    ['[]', '1'],
    ['{"a":1}\nx', '2'],
  ])('tell the line of %j', (text, line) => {
    const { store } = start();
    writeFileSync(store.path, text);
    expect(start(undefined, store).info().fileProblem).toMatchObject({
      code: 'settings-invalid',
      facts: { line },
    });
  });

  it('of a newer Porthole are read and never written', () => {
    const { store } = start();
    const text = '{"format":2,"terminal.fontSize":22}';
    writeFileSync(store.path, text);
    const { service, info } = start(undefined, store);
    expect(info()).toMatchObject({ isReadOnly: true, values: { 'terminal.fontSize': 22 } });
    expect(() => service.set({ 'terminal.fontSize': 9 })).toThrow();
    expect(readFileSync(store.path, 'utf8')).toBe(text);
  });

  it('of 50 MB are left alone and told', () => {
    const { store } = start();
    writeFileSync(store.path, Buffer.alloc(50 << 20, 0x20));
    const { service, info } = start(undefined, store);
    expect(info().fileProblem?.code).toBe('settings-too-large');
    expect(() => service.set({ 'terminal.fontSize': 9 })).toThrow();
    expect(statSync(store.path).size).toBe(50 << 20);
  });

  it('count for this run when the disk refuses, and say so', () => {
    const { host } = start();
    const real = host.openStore('settings');
    const { service, info } = start(host, {
      path: real.path,
      read: () => real.read(),
      write: () => {
        throw new Error('ENOSPC');
      },
    });
    expect(() => service.set({ 'terminal.fontSize': 30 })).toThrow('for this run only');
    expect(info().values['terminal.fontSize']).toBe(30);
  });

  it('keep the password of the HTTP proxy sealed', () => {
    const { service, store, info } = start();
    service.setHttpProxyPassword('hunter2');
    expect(info().hasHttpProxyPassword).toBe(true);
    expect(readFileSync(store.path, 'utf8')).not.toContain('hunter2');
    expect(JSON.stringify(info())).not.toContain('hunter2');
    expect(service.httpProxyPassword()).toBe('hunter2');
    service.setHttpProxyPassword('');
    expect(service.httpProxyPassword()).toBeUndefined();
  });

  it('cannot be read when permissions forbid it, and say so', () => {
    if (process.getuid?.() === 0) return;
    const { store, service } = start();
    service.set({ 'terminal.fontSize': 15 });
    chmodSync(store.path, 0);
    expect(start(undefined, store).info().fileProblem).toBeDefined();
  });

  it('take any JSON without failing', () => {
    const value = fc.dictionary(fc.constantFrom(...settingNames, 'format', 'x'), fc.jsonValue());
    fc.assert(
      fc.property(value, (raw) => {
        try {
          const read = judgeSettings(raw);
          expect(Object.keys(read.values).sort()).toEqual([...settingNames].sort());
        } catch (error) {
          expect(isAppError(error)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
