import type { CommandId } from '../../shared/keys/commands.ts';
import { type KeyOverrides, Keymap } from '../../shared/keys/keymap.ts';

import { useAppState } from './store.ts';

const isMac = navigator.platform.startsWith('Mac');
let last: { overrides: KeyOverrides; keymap: Keymap } | undefined;

/** The keymap of some settings; the last one is kept, since everything in sight asks for the same. */
export function keymapOf(overrides: KeyOverrides): Keymap {
  if (last?.overrides !== overrides) last = { overrides, keymap: new Keymap(overrides, isMac) };
  return last.keymap;
}

/** Which key means what, as the settings are now. */
export function useKeymap(): Keymap {
  return keymapOf(useAppState((state) => state.settings.values.keys));
}

/** The chord to show beside a command; undefined when it has none. */
export function useChordOf(command: CommandId): string | undefined {
  return useKeymap().chordsOf(command)[0];
}
