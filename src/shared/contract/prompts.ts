import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri } from '../uri/uri.ts';
import { Instant, PromptId, ShortText } from './ids.ts';

/** Something that the main process needs of a person to go on. The page shows one at a time, oldest first. */
export const PromptInfo = z.discriminatedUnion('kind', [
  /** The session is over; a sign-in of this account settles it by itself. */
  z.object({
    kind: z.literal('sign-in'),
    id: PromptId,
    accountUri: AccountUri,
    /** What waits for it, as a sentence. */
    reason: ShortText,
    askedAt: Instant,
  }),
  /** A second factor for one act. */
  z.object({
    kind: z.literal('second-factor'),
    id: PromptId,
    accountUri: AccountUri,
    reason: ShortText,
    askedAt: Instant,
    oneTimeCode: z.boolean(),
    securityKey: z.boolean(),
    /** Why the last answer was refused; what was asked still waits. */
    problem: ErrorInfo.optional(),
    isBusy: z.boolean(),
  }),
]);
export type PromptInfo = z.infer<typeof PromptInfo>;

export const prompts = {
  answerWithCode: oc
    .input(z.object({ promptId: PromptId, oneTimeCode: z.string().min(1).max(20) }))
    .output(z.void()),
  answerWithSecurityKey: oc.input(z.object({ promptId: PromptId })).output(z.void()),
  /** What waits for it fails with `cancelled`. */
  cancel: oc.input(z.object({ promptId: PromptId })).output(z.void()),
};
