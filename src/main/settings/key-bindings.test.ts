import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { SettingsInfo } from '../../shared/contract/settings.ts';
import { silentLogger } from '../log/log.ts';
import { StateHub } from '../state/state-hub.ts';
import { makeHost } from '../testing/host.ts';
import { SettingsService } from './settings-service.ts';
import { lineFinder } from './value-lines.ts';

const open: SettingsService[] = [];
afterEach(() => {
  for (const service of open.splice(0)) service.dispose();
});

function start(text?: string) {
  const host = makeHost();
  const store = host.openStore('settings');
  if (text !== undefined) writeFileSync(store.path, text);
  const hub = new StateHub({} as never);
  const service = new SettingsService({
    hub,
    store,
    secrets: host.secrets,
    log: silentLogger,
    now: () => new Date('2026-01-05T12:00:00Z'),
  });
  open.push(service);
  const keysOfFile = () => (JSON.parse(readFileSync(store.path, 'utf8')) as { keys?: unknown }).keys;
  return { service, store, keysOfFile, info: (): SettingsInfo => hub.state.settings };
}

describe('key bindings', () => {
  it('are kept as short as they can be said, and leave the file when they are reset', () => {
    const { service, info, keysOfFile } = start();
    service.bindKeys([
      { command: 'palette', chords: ['Ctrl+P'] },
      { command: 'find', chords: ['F3', 'Ctrl+Shift+F'] },
      { command: 'settings', chords: [] },
    ]);
    const keys = { palette: 'Ctrl+P', find: ['F3', 'Ctrl+Shift+F'], settings: null };
    expect(keysOfFile()).toEqual(keys);
    expect(info().values.keys).toEqual(keys);
    service.bindKeys([{ command: 'find' }, { command: 'settings' }]);
    expect(keysOfFile()).toEqual({ palette: 'Ctrl+P' });
    service.bindKeys([{ command: 'palette' }]);
    expect(keysOfFile()).toBeUndefined();
    expect(info().changed).toEqual([]);
  });

  it('that cannot be used are told with their line, count for nothing, and stay', () => {
    const text =
      '{\n\t"keys": {\n\t\t"palette": "Ctrl+P",\n\t\t"find": "Strg+F",\n\t\t"fly": "Ctrl+Y"\n\t}\n}';
    const { service, info, keysOfFile } = start(text);
    expect(info().values.keys).toEqual({ palette: 'Ctrl+P' });
    expect(info().problems).toEqual([
      {
        name: 'keys',
        part: 'find',
        reason: '“Strg” is no modifier; they are Ctrl, Alt, Shift, Meta',
        line: 4,
      },
      { name: 'keys', part: 'fly', reason: 'there is no command of this name', line: 5 },
    ]);
    service.bindKeys([{ command: 'settings', chords: ['F9'] }]);
    expect(keysOfFile()).toEqual({ palette: 'Ctrl+P', find: 'Strg+F', fly: 'Ctrl+Y', settings: 'F9' });
  });

  it('of a wrong kind are told, and replaced by the first that is given', () => {
    const { service, info, keysOfFile } = start('{\n"keys": ["Ctrl+P"]}');
    expect(info().problems).toEqual([{ name: 'keys', reason: 'expected commands with their keys', line: 2 }]);
    service.bindKeys([{ command: 'find', chords: ['F3'] }]);
    expect(keysOfFile()).toEqual({ find: 'F3' });
  });

  it('edited by hand count at once', async () => {
    const { store, info } = start('{}');
    writeFileSync(store.path, '{"keys":{"palette":"Ctrl+P"}}');
    await expect.poll(() => info().values.keys).toEqual({ palette: 'Ctrl+P' });
    writeFileSync(store.path, '{\n"keys":{\n"palette":"Ctrl+"}}');
    await expect.poll(() => info().problems[0]).toMatchObject({ part: 'palette', line: 3 });
    expect(info().values.keys).toEqual({});
  });
});

describe('lines of values', () => {
  it('are found in any writing of JSON', () => {
    const lineOf = lineFinder('{"a":1,\r\n"b":{"c":[\n1],"d":2},\n"a":3}');
    expect(lineOf(['a'])).toBe(4);
    expect(lineOf(['b', 'd'])).toBe(3);
    expect(lineOf(['b', 'e'])).toBeUndefined();
    expect(lineFinder('[]')(['a'])).toBeUndefined();
  });
});
