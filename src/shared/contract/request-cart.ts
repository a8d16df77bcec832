import { z } from 'zod';
import { AccountUri, ResourceUri } from '../uri/uri.ts';
import { ShortText } from './ids.ts';

/** What a person means to ask for; kept over restarts. A request is for roles or for resources, never both. */
export const CartItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('role'), role: ShortText }),
  z.object({
    kind: z.literal('resource'),
    resourceUri: ResourceUri,
    /** For display until the list was read again. */
    name: ShortText,
    /** Inside a Kubernetes cluster: the kind, such as `namespace`, and `<name>` or `<namespace>/<name>`. */
    inside: z.object({ kind: ShortText, name: ShortText }).optional(),
  }),
]);
export type CartItem = z.infer<typeof CartItem>;

export const RequestCart = z.object({ accountUri: AccountUri, items: z.array(CartItem).max(300) });
export type RequestCart = z.infer<typeof RequestCart>;
