import { chordParts } from '../../shared/keys/chord.ts';

const isMac = navigator.platform.startsWith('Mac');

/** A chord as people read it: `Ctrl Shift K`. */
export function chordText(chord: string): string {
  return chordParts(chord, isMac).join(' ');
}

/** Shows a chord, or names of keys as they are. */
export function Keys({ chord, names }: { chord?: string | undefined; names?: readonly string[] }) {
  const text = chord === undefined ? names?.join(' ') : chordText(chord);
  return text === undefined ? null : <kbd>{text}</kbd>;
}
