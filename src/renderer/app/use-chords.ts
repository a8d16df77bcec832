import { useEffect } from 'react';
import { readChord } from './chords.ts';
import type { Commands } from './commands.ts';

/** Listens to the whole window; dialogs keep their own keys. */
export function useChords(commands: Commands): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const chord = readChord(event);
      if (chord === undefined || document.querySelector('.dialog, .palette')) return;
      if (commands.run(chord)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [commands]);
}
