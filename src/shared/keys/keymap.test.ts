import { describe, expect, it } from 'vitest';
import { belongsToShell, formatChord, parseChord } from './chord.ts';
import { commandEntry, commandIds } from './commands.ts';
import { builtInChords, Keymap } from './keymap.ts';

describe('the built-in keys', () => {
  it.each([false, true])('are canonical and clash nowhere (macOS: %s)', (isMac) => {
    for (const id of commandIds)
      for (const text of builtInChords(id, isMac)) {
        const chord = parseChord(text);
        expect(typeof chord === 'string' ? chord : formatChord(chord)).toBe(text);
      }
    expect(new Keymap({}, isMac).conflicts).toEqual([]);
  });

  it('reach every command of tabs in a terminal too', () => {
    for (const id of commandIds.filter((one) => commandEntry(one).group === 'Tabs')) {
      const free = builtInChords(id, false).map(parseChord);
      expect(free.some((chord) => typeof chord !== 'string' && !belongsToShell(chord, false))).toBe(true);
    }
  });
});

describe('the keymap', () => {
  it('puts what somebody chose in the place of all that is built in', () => {
    const keymap = new Keymap({ palette: 'ctrl+p', settings: null, find: ['Ctrl+Shift+F', 'F3'] }, false);
    expect(keymap.chordsOf('palette')).toEqual(['Ctrl+P']);
    expect(keymap.commandsOf('Ctrl+K')).toEqual([]);
    expect(keymap.chordsOf('settings')).toEqual([]);
    expect(keymap.chordsOf('find')).toEqual(['Ctrl+Shift+F', 'F3']);
    expect(keymap.isChanged('settings')).toBe(true);
    expect(keymap.isChanged('shortcuts')).toBe(false);
  });

  it('names keys that are used twice; the chosen one runs', () => {
    const keymap = new Keymap({ shortcuts: 'Ctrl+K' }, false);
    expect(keymap.commandsOf('Ctrl+K')).toEqual(['shortcuts', 'palette']);
    expect(keymap.conflicts).toEqual([{ chord: 'Ctrl+K', commands: ['shortcuts', 'palette'] }]);
    expect(keymap.othersWith('Ctrl+K', 'shortcuts')).toEqual(['palette']);
  });

  it('lets two commands share a key that never meet', () => {
    const keymap = new Keymap({ copy: 'Ctrl+Shift+Y', 'next-request': 'Ctrl+Shift+Y' }, false);
    expect(keymap.conflicts).toEqual([]);
    expect(new Keymap({ copy: 'Ctrl+Shift+F' }, false).conflicts).toHaveLength(1);
  });

  it('ignores names that it does not know', () => {
    expect(new Keymap({ nothing: 'Ctrl+Q', constructor: 'Ctrl+Q' }, false).commandsOf('Ctrl+Q')).toEqual([]);
  });
});
