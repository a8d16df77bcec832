import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  belongsToShell,
  type Chord,
  chordOfPress,
  chordParts,
  formatChord,
  type KeyPress,
  parseChord,
} from './chord.ts';

const read = (text: string): Chord => {
  const chord = parseChord(text);
  if (typeof chord === 'string') throw new Error(chord);
  return chord;
};
const press = (key: string, code: string, held = ''): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes('c'),
  altKey: held.includes('a'),
  shiftKey: held.includes('s'),
  metaKey: held.includes('m'),
});
const pressed = (key: string, code: string, held = '', isMac = false) => {
  const chord = chordOfPress(press(key, code, held), isMac);
  return chord && formatChord(chord);
};

describe('a chord', () => {
  it.each([
    ['ctrl+shift+k', 'Ctrl+Shift+K'],
    ['Shift+Ctrl+K', 'Ctrl+Shift+K'],
    ['Ctrl++', 'Ctrl++'],
    ['+', '+'],
    ['?', '?'],
    ['Shift+?', '?'],
    ['ctrl+pageup', 'Ctrl+PageUp'],
    ['f6', 'F6'],
    ['Ctrl+ä', 'Ctrl+ä'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatChord(read(text))).toBe(canonical);
  });

  it.each([
    ['', '“” names no key'],
    ['Ctrl+', '“Ctrl+” names no key'],
    ['Ctrl', '“Ctrl” names no key'],
    ['Hyper+K', '“Hyper” is no modifier; they are Ctrl, Alt, Shift, Meta'],
    ['Ctrl+Return', '“Return” is no key; write one character, or a name such as PageUp or F6'],
    ['Enter', '“Enter” belongs to lists and fields; add Ctrl or Alt'],
    ['Shift+Tab', '“Shift+Tab” belongs to lists and fields; add Ctrl or Alt'],
    ['Ctrl+ ', '“ ” is no key; write one character, or a name such as PageUp or F6'],
  ])('%j is none, and it is said why', (text, reason) => {
    expect(parseChord(text)).toBe(reason);
  });

  it('reads what it writes, and any text without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const chord = parseChord(text);
        if (typeof chord !== 'string') expect(read(formatChord(chord))).toEqual(chord);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    ['k', 'KeyK', 'c', 'Ctrl+K'],
    ['K', 'KeyK', 'cs', 'Ctrl+Shift+K'],
    ['л', 'KeyK', 'c', 'Ctrl+K'], // Cyrillic
    ['t', 'KeyK', 'c', 'Ctrl+T'], // Dvorak: what the key types
    ['!', 'Digit1', 'cs', 'Ctrl+Shift+1'],
    ['&', 'Digit1', 'c', 'Ctrl+1'], // French
    ['?', 'Slash', 's', '?'],
    ['+', 'Equal', 'cs', 'Ctrl++'],
    ['+', 'NumpadAdd', 'c', 'Ctrl++'],
    ['=', 'Equal', 'c', 'Ctrl+='],
    ['PageUp', 'PageUp', 'cs', 'Ctrl+Shift+PageUp'],
    [' ', 'Space', 'c', 'Ctrl+Space'],
    ['Control', 'ControlLeft', 'c', undefined],
    ['Dead', 'Quote', '', undefined],
  ])('of %s at %s with %j is %s', (key, code, held, text) => {
    expect(pressed(key, code, held)).toBe(text);
  });

  it('takes Cmd for Ctrl on macOS, and letters by their place under Option', () => {
    expect(pressed('k', 'KeyK', 'm', true)).toBe('Ctrl+K');
    expect(pressed('Tab', 'Tab', 'c', true)).toBe('Meta+Tab');
    expect(pressed('˚', 'KeyK', 'a', true)).toBe('Alt+K');
  });

  it('is nothing that AltGr types', () => {
    expect(
      chordOfPress({ ...press('@', 'KeyQ', 'ca'), getModifierState: (name) => name === 'AltGraph' }, false),
    ).toBeUndefined();
  });

  it('is shown as people read it', () => {
    expect(chordParts('Ctrl+Shift+PageUp', false).join(' ')).toBe('Ctrl Shift PgUp');
    expect(chordParts('Ctrl+K', true).join(' ')).toBe('Cmd K');
    expect(chordParts('nonsense+', false)).toEqual(['nonsense+']);
  });
});

describe('a terminal', () => {
  it.each([
    'a',
    '/',
    '?',
    'Ctrl+C',
    'Ctrl+K',
    'Ctrl+W',
    'Ctrl+[',
    'Ctrl+_',
    'Ctrl+Space',
    'Alt+B',
    'F6',
    'Ctrl+Alt+X',
  ])('keeps %s for the shell', (text) => {
    expect(belongsToShell(read(text), false)).toBe(true);
  });

  it.each([
    'Ctrl+Shift+C',
    'Ctrl+Tab',
    'Ctrl+PageUp',
    'Ctrl+1',
    'Ctrl+,',
    'Ctrl+=',
    'Ctrl+-',
    'Ctrl+0',
    'Ctrl+F6',
    'Meta+K',
  ])('leaves %s to the app', (text) => {
    expect(belongsToShell(read(text), false)).toBe(false);
  });

  it('keeps Control and leaves Cmd on macOS', () => {
    expect(belongsToShell(read('Meta+C'), true)).toBe(true);
    expect(belongsToShell(read('Ctrl+C'), true)).toBe(false);
  });
});
