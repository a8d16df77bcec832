const escape = 0x1b;
const maxSequence = 64;

/**
 * Remembers which terminal modes (CSI ? … h / l) were on at a place in the output, so that a screen that is drawn again
 * from there begins in the right state: alternate screen, mouse reporting, bracketed paste, hidden cursor.
 */
export class ModeTracker {
  readonly #modes = new Map<string, boolean>();
  #tail = '';

  /** Takes output in order; sequences may be cut between chunks. */
  feed(bytes: Uint8Array): void {
    let at = this.#tail === '' ? bytes.indexOf(escape) : 0;
    if (at < 0) return;
    const text =
      this.#tail + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    this.#tail = '';
    for (at = text.indexOf('\u001b'); at >= 0; at = text.indexOf('\u001b', at + 1)) {
      const rest = text.slice(at, at + maxSequence);
      const match = /^\u001b\[\?([0-9;]+)([hl])/.exec(rest);
      if (match) this.#set(match[1] ?? '', match[2] === 'h');
      else if (rest.startsWith('\u001bc')) this.#modes.clear();
      else if (at + maxSequence > text.length && /^\u001b(\[(\?[0-9;]*)?)?$/.test(rest)) this.#tail = rest;
    }
  }

  /** The sequences that bring a fresh terminal into this state. */
  preamble(): Uint8Array {
    const on = [...this.#modes].filter(([, isOn]) => isOn).map(([mode]) => mode);
    const off = [...this.#modes]
      .filter(([mode, isOn]) => !isOn && initiallyOn.has(mode))
      .map(([mode]) => mode);
    return Buffer.from(
      [...on.map((mode) => `\u001b[?${mode}h`), ...off.map((mode) => `\u001b[?${mode}l`)].join(''),
      'latin1',
    );
  }

  #set(list: string, isOn: boolean): void {
    for (const mode of list.split(';')) if (mode !== '') this.#modes.set(mode, isOn);
  }
}

/** Modes that a terminal has on from the start: wrap, visible cursor. */
const initiallyOn: ReadonlySet<string> = new Set(['7', '25']);
