import { belongsToShell, type Chord, chordOfPress, formatChord, isPlain } from '../../shared/keys/chord.ts';
import { type CommandId, commandEntry } from '../../shared/keys/commands.ts';
import type { Keymap } from '../../shared/keys/keymap.ts';

/** Commands that work above dialogs too. */
const aboveDialogs: ReadonlySet<CommandId> = new Set(['zoom-in', 'zoom-out', 'zoom-reset']);

/** The commands that a key press may mean for the window, best first; none leaves it to whoever has the focus. */
export function readChord(event: KeyboardEvent, keymap: Keymap): readonly CommandId[] {
  const chord = chordOfPress(event, keymap.isMac);
  if (!chord) return [];
  const target = event.target instanceof Element ? event.target : null;
  if (isOfFocus(chord, target, keymap.isMac)) return [];
  const isDialogOpen = document.querySelector('.dialog, .palette') !== null;
  return (
    keymap
      .commandsOf(formatChord(chord))
      .filter((id) => (commandEntry(id).place ?? 'window') === 'window')
      .filter((id) => !isDialogOpen || aboveDialogs.has(id))
      // In files it goes to their own filter.
      .filter((id) => id !== 'search-list' || !isPlain(chord) || !target?.closest('.file-pane'))
  );
}

/** Whether what has the focus needs this chord for itself. */
function isOfFocus(chord: Chord, target: Element | null, isMac: boolean): boolean {
  if (target?.closest('.xterm')) return belongsToShell(chord, isMac);
  if (target?.closest('[data-keys="recorded"]')) return true;
  if (!target?.matches('input, textarea, select, [contenteditable]')) return false;
  return isPlain(chord) || isForEditing(chord);
}

function isForEditing(chord: Chord): boolean {
  return chord.ctrl && !chord.alt && /^([ACVXYZ]|Backspace|Delete|Home|End|Arrow.*)$/.test(chord.key);
}
