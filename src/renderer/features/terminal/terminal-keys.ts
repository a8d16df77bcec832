import type { Terminal } from '@xterm/xterm';
import { belongsToShell, chordOfPress, formatChord } from '../../../shared/keys/chord.ts';
import type { Keymap } from '../../../shared/keys/keymap.ts';

export interface TerminalKeyOptions {
  readonly terminal: Terminal;
  readonly keymap: Keymap;
  /** Where the browser's own paste does not follow the key. */
  readonly pasteClipboard: () => void;
}

/** Whether the app takes a key while a terminal has the focus; all others belong to the shell. */
export function takesTerminalKey(event: KeyboardEvent, options: TerminalKeyOptions): boolean {
  const { terminal, keymap } = options;
  const { isMac } = keymap;
  if (event.type !== 'keydown') return false;
  const chord = chordOfPress(event, isMac);
  if (!chord || belongsToShell(chord, isMac)) return false;
  const text = formatChord(chord);
  const commands = keymap.commandsOf(text);
  if (commands.includes('copy')) {
    const selection = terminal.getSelection();
    if (selection !== '') void navigator.clipboard.writeText(selection);
    event.preventDefault();
  } else if (commands.includes('paste') && text !== (isMac ? 'Ctrl+V' : 'Ctrl+Shift+V')) {
    event.preventDefault();
    options.pasteClipboard();
  }
  if (commands.length > 0) return true;
  // Without a command these would only type control characters that nobody expects.
  return chord.ctrl && (isMac || chord.shift);
}
