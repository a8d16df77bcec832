import { z } from 'zod';
import { AccountUri, RequestUri, ResourceUri } from '../uri/uri.ts';
import { ShortText } from './ids.ts';

/** Something that would help. */
export const AccessOffer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), resourceUri: ResourceUri }),
  /** A request for it waits for its decision already. */
  z.object({ kind: z.literal('follow'), requestUri: RequestUri }),
  z.object({ kind: z.literal('assume'), requestUri: RequestUri }),
  z.object({ kind: z.literal('sign-in'), accountUri: AccountUri }),
  z.object({ kind: z.literal('none') }),
]);
export type AccessOffer = z.infer<typeof AccessOffer>;

export const AccessExplanation = z.object({
  resourceUri: ResourceUri,
  /** Nothing known stands in the way. */
  isReachable: z.boolean(),
  reasons: z
    .array(
      z.object({
        code: z.enum([
          'session-expired',
          'narrowed-by-request',
          'requires-request',
          'not-listed',
          'no-login',
          'session-mfa',
          'role-not-assumed',
          'unknown',
        ]),
        /** One plain sentence. */
        text: ShortText,
      }),
    )
    .max(20),
  /** Best first; never empty. */
  offers: z.array(AccessOffer).min(1).max(20),
});
export type AccessExplanation = z.infer<typeof AccessExplanation>;
