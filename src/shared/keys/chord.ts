/** A key with its modifiers, as settings name it: `Ctrl+Shift+K`. `Ctrl` is Cmd on macOS, where `Meta` is Control. */
export interface Chord {
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
  /** A capital letter, a digit, a character, or a name such as `PageUp`. Characters hold their own Shift. */
  readonly key: string;
}

/** What a chord is read from: a `KeyboardEvent` fits. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
  getModifierState?(name: string): boolean;
}

const modifiers = ['Ctrl', 'Alt', 'Shift', 'Meta'] as const;
const editingKeys = 'Enter Space Tab Escape Backspace Delete Insert';
const movingKeys = 'Home End PageUp PageDown ArrowUp ArrowDown ArrowLeft ArrowRight';
const functionKeys = Array.from({ length: 24 }, (_, index) => `F${index + 1}`);
const namedKeys = [...editingKeys.split(' '), ...movingKeys.split(' '), ...functionKeys];
const oneCharacter = /^.$/su;
const byLowerCase = new Map([...modifiers, ...namedKeys].map((name) => [name.toLowerCase(), name]));
/** Alone or with Shift these belong to lists, fields and dialogs. */
const widgetKeys = new Set(namedKeys.filter((name) => !/^F\d|^Insert$/.test(name)));
const shortNames: Readonly<Record<string, string>> = {
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Delete: 'Del',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** Reads a chord; a text is the reason why it is none. Capitals do not matter. */
export function parseChord(text: string): Chord | string {
  const words = text.endsWith('++') ? [...text.slice(0, -2).split('+'), '+'] : text.split('+');
  const last = text === '+' ? '+' : (words.at(-1) ?? '');
  const given = text === '+' ? [] : words.slice(0, -1);
  const known = given.map((word) => byLowerCase.get(word.toLowerCase()));
  const strange = given.find((_, index) => !modifiers.includes(known[index] as never));
  if (strange !== undefined) return `${quote(strange)} is no modifier; they are ${modifiers.join(', ')}`;
  const key = keyName(last);
  if (key === undefined)
    return last === '' || modifiers.includes(byLowerCase.get(last.toLowerCase()) as never)
      ? `${quote(text)} names no key`
      : `${quote(last)} is no key; write one character, or a name such as PageUp or F6`;
  const has = (name: string) => known.includes(name);
  const chord = make(key, { ctrl: has('Ctrl'), alt: has('Alt'), shift: has('Shift'), meta: has('Meta') });
  return isForWidgets(chord) ? `${quote(text)} belongs to lists and fields; add Ctrl or Alt` : chord;
}

/** The one way to write a chord. */
export function formatChord(chord: Chord): string {
  const held = [chord.ctrl && 'Ctrl', chord.alt && 'Alt', chord.shift && 'Shift', chord.meta && 'Meta'];
  return [...held.filter(Boolean), chord.key].join('+');
}

/** As people read it, in its parts: `Ctrl`, `Shift`, `PgUp`. */
export function chordParts(text: string, isMac: boolean): readonly string[] {
  const chord = parseChord(text);
  if (typeof chord === 'string') return [text];
  const meta = isMac ? 'Control' : 'Meta';
  const held = [
    chord.ctrl && (isMac ? 'Cmd' : 'Ctrl'),
    chord.alt && (isMac ? 'Option' : 'Alt'),
    chord.shift && 'Shift',
    chord.meta && meta,
  ];
  return [...held.filter((part) => part !== false), shortNames[chord.key] ?? chord.key];
}

/** What is pressed; undefined for a modifier alone, and for what a layout types with AltGr. */
export function chordOfPress(press: KeyPress, isMac: boolean): Chord | undefined {
  if (press.getModifierState?.('AltGraph')) return undefined;
  const key = pressedKey(press, isMac);
  if (key === undefined) return undefined;
  return make(key, {
    ctrl: isMac ? press.metaKey : press.ctrlKey,
    alt: press.altKey,
    shift: press.shiftKey,
    meta: isMac ? press.ctrlKey : press.metaKey,
  });
}

/** A chord that types: it belongs to whoever takes text. */
export function isPlain(chord: Chord): boolean {
  return !chord.ctrl && !chord.alt && !chord.meta && oneCharacter.test(chord.key);
}

/** Whether the keys alone would move or choose in lists and fields. */
export function isForWidgets(chord: Chord): boolean {
  return !chord.ctrl && !chord.alt && !chord.meta && widgetKeys.has(chord.key);
}

/**
 * What the program in a terminal must get: characters, Alt as Meta, function keys, and Ctrl with a letter or with one of the
 * characters that stand for control characters. The app never takes these while a terminal has the focus.
 */
export function belongsToShell(chord: Chord, isMac: boolean): boolean {
  // Cmd, and the key with the window on it, never reach a program.
  if (isMac ? chord.ctrl : chord.meta) return false;
  const control = isMac ? chord.meta : chord.ctrl;
  if (!control) return true;
  if (chord.shift) return false;
  return (
    chord.alt || /^([A-Z[\]\\/^_@?~]|Space|Enter|Backspace|Delete|Insert|Home|End|Arrow.*)$/.test(chord.key)
  );
}

function make(key: string, held: Omit<Chord, 'key'>): Chord {
  const isCharacter = oneCharacter.test(key) && !/^[A-Z0-9]$/.test(key);
  return { ...held, shift: held.shift && !isCharacter, key };
}

function keyName(text: string): string | undefined {
  const named = byLowerCase.get(text.toLowerCase());
  if (named !== undefined) return modifiers.includes(named as never) ? undefined : named;
  if (!oneCharacter.test(text) || /[\s\p{C}]/u.test(text)) return undefined;
  return /^[a-z]$/.test(text) ? text.toUpperCase() : text;
}

/** Letters and digits by what they type where that is Latin, else by their place, as other programs do. */
function pressedKey(press: KeyPress, isMac: boolean): string | undefined {
  const { key, code } = press;
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Process'].includes(key))
    return undefined;
  if (key === ' ') return 'Space';
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code);
  const withMain = press.ctrlKey || press.metaKey || press.altKey;
  if (withMain && place?.[2] !== undefined) return place[2];
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (place?.[1] !== undefined && (withMain || isMac) && !isAscii(key)) return place[1];
  return keyName(key);
}

function isAscii(text: string): boolean {
  return /^[!-~]$/.test(text);
}

function quote(text: string): string {
  return `“${text.slice(0, 60)}”`;
}
