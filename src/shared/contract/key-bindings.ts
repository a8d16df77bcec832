import { z } from 'zod';
import { parseChord } from '../keys/chord.ts';
import { commandIds } from '../keys/commands.ts';

const maxChords = 4;

/** A key with its modifiers, as in `Ctrl+Shift+K`; `Ctrl` is Cmd on macOS. */
export const ChordText = z
  .string()
  .max(60)
  .superRefine((text, context) => {
    const read = parseChord(text);
    if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
  });

/** What the settings have for one command: it stands for all of the built-in chords. */
export const CommandKeys = z.union([z.null(), ChordText, z.array(ChordText).max(maxChords)]);

/** By the ids of commands. Each is judged on its own: a wrong one leaves the others as they are. */
export const KeyBindings = z.record(z.string().max(100), CommandKeys);
export type KeyBindings = z.infer<typeof KeyBindings>;

export const KeyChange = z.object({
  command: z.enum(commandIds),
  /** Empty = none; absent = the built-in ones again. */
  chords: z.array(ChordText).max(maxChords).optional(),
});
export type KeyChange = z.infer<typeof KeyChange>;
