import { oc } from '@orpc/contract';
import { z } from 'zod';
import { Resource } from './resources.ts';

export const FoundResource = z.object({
  /** Its labels are left out. */
  resource: Resource,
  /** Match and use together (`shared/search`): comparable with what the page finds itself. */
  score: z.number(),
  /** Matched characters of the name, `[start, end)`. */
  ranges: z.array(z.tuple([z.number().int(), z.number().int()])).max(200),
});
export type FoundResource = z.infer<typeof FoundResource>;

/** What was used: `resource:` and its URI, `command:` and its id, and so on. */
export const UseKey = z.string().min(1).max(600);

export const palette = {
  /**
   * The best resources of all signed-in accounts, from what is known here, without asking a cluster. Without words: those that
   * were used most. `isComplete` is false while the lists of an account are still being read: more may come.
   */
  search: oc
    .input(z.object({ text: z.string().max(500), limit: z.number().int().min(1).max(200) }))
    .output(z.object({ found: z.array(FoundResource), isComplete: z.boolean() })),
  /** How much things were used, faded to now (`shared/search/frecency.ts`). */
  uses: oc.output(z.record(z.string(), z.number())),
  /** Counts one use. */
  use: oc.input(z.object({ key: UseKey })).output(z.void()),
};
