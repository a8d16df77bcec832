import { useEffect } from 'react';
import { useKeymap } from '../state/use-keymap.ts';
import { readChord } from './chords.ts';
import type { Commands } from './commands.ts';

/** Listens to the whole window; dialogs keep their own keys. */
export function useChords(commands: Commands): void {
  const keymap = useKeymap();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = readChord(event, keymap).find((id) => commands.handlers[id]);
      if (command === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      commands.handlers[command]?.();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [commands, keymap]);
}
