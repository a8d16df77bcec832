import { formatChord, parseChord } from './chord.ts';
import { type CommandId, commandEntry, commandIds } from './commands.ts';

/** Keys that differ from the built-in ones, as the settings file has them: null or an empty list takes all away. */
export type KeyOverrides = Readonly<Record<string, string | readonly string[] | null>>;

/** One chord that several commands have where they work at the same place. */
export interface KeyConflict {
  readonly chord: string;
  /** The one that runs comes first. */
  readonly commands: readonly CommandId[];
}

/** Which chord means what, now. */
export class Keymap {
  readonly #chords = new Map<CommandId, readonly string[]>();
  readonly #commands = new Map<string, CommandId[]>();
  readonly #changed: ReadonlySet<CommandId>;
  readonly isMac: boolean;

  constructor(overrides: KeyOverrides, isMac: boolean) {
    this.isMac = isMac;
    this.#changed = new Set(commandIds.filter((id) => Object.hasOwn(overrides, id)));
    // A key that somebody chose goes before a built-in one; then the order of the table counts.
    for (const id of [...commandIds].sort((a, b) => this.#rank(a) - this.#rank(b))) {
      const chords = this.isChanged(id) ? chosenChords(overrides[id] ?? null) : builtInChords(id, isMac);
      this.#chords.set(id, chords);
      for (const chord of chords) this.#commands.set(chord, [...(this.#commands.get(chord) ?? []), id]);
    }
  }

  chordsOf(id: CommandId): readonly string[] {
    return this.#chords.get(id) ?? [];
  }

  /** Every command of a chord in its canonical form; the first one whose place fits runs. */
  commandsOf(chord: string): readonly CommandId[] {
    return this.#commands.get(chord) ?? [];
  }

  isChanged(id: CommandId): boolean {
    return this.#changed.has(id);
  }

  /** Commands that have a chord already and would work at the same place as `id`. */
  othersWith(chord: string, id: CommandId): readonly CommandId[] {
    return this.commandsOf(chord).filter((other) => other !== id && overlap(other, id));
  }

  get conflicts(): readonly KeyConflict[] {
    const found: KeyConflict[] = [];
    for (const [chord, ids] of this.#commands) {
      const clashing = ids.filter((id) => ids.some((other) => other !== id && overlap(other, id)));
      if (clashing.length > 0) found.push({ chord, commands: clashing });
    }
    return found;
  }

  #rank(id: CommandId): number {
    return this.isChanged(id) ? 0 : 1;
  }
}

export function builtInChords(id: CommandId, isMac: boolean): readonly string[] {
  const entry = commandEntry(id);
  return (isMac && entry.macKeys) || entry.keys;
}

function chosenChords(value: string | readonly string[] | null): readonly string[] {
  const texts = value === null ? [] : typeof value === 'string' ? [value] : value;
  const chords = texts.map(parseChord).filter((chord) => typeof chord !== 'string');
  return [...new Set(chords.map(formatChord))];
}

/** Commands of two narrower places never meet. */
function overlap(a: CommandId, b: CommandId): boolean {
  const [one, two] = [commandEntry(a).place ?? 'window', commandEntry(b).place ?? 'window'];
  return one === two || one === 'window' || two === 'window';
}
