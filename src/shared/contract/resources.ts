import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, ResourceUri, resourceKinds } from '../uri/uri.ts';
import { LongText, ShortText } from './ids.ts';

export const ResourceKindName = z.enum(resourceKinds);

export const Resource = z.object({
  uri: ResourceUri,
  kind: ResourceKindName,
  /** Host UUID of a server, the name of everything else. */
  id: ShortText,
  name: ShortText,
  /** Address, protocol or public address: what distinguishes it at a glance. Empty for a server behind a tunnel. */
  address: ShortText,
  description: LongText,
  labels: z.array(z.object({ name: ShortText, value: LongText })).max(1_000),
  /** `openssh` for a registered OpenSSH server, else empty. */
  subKind: ShortText,
  viaTunnel: z.boolean(),
  /** Shown but not usable without an access request. */
  requiresRequest: z.boolean(),
  /** SSH logins allowed on this server, sorted; empty for other kinds. */
  logins: z.array(ShortText).max(10_000),
  /** The login last used on this server from this machine. */
  lastLogin: ShortText.optional(),
});
export type Resource = z.infer<typeof Resource>;

export const ResourceQuery = z.object({
  accountUri: AccountUri,
  /** Empty = all kinds. */
  kinds: z.array(ResourceKindName).max(10),
  /** Words, `label:value` pairs, or a predicate expression: see `shared/search/query.ts`. */
  search: z.string().max(2_000),
  sort: z.object({ field: z.enum(['name', 'kind']), descending: z.boolean() }),
  limit: z.number().int().min(1).max(1_000),
  /** `nextKey` of the page before. */
  startKey: z.string().max(20_000).optional(),
  /** Also what could be had by an access request, marked `requiresRequest` (v16 on; ignored before). */
  includeRequestable: z.boolean().optional(),
});
export type ResourceQuery = z.infer<typeof ResourceQuery>;

export const ResourcePage = z.object({
  items: z.array(Resource),
  /** Absent on the last page. */
  nextKey: z.string().max(20_000).optional(),
  /** Kinds that could not be listed, each with its reason; the other kinds are there (servers before v14). */
  problems: z.array(z.object({ kind: ResourceKindName, error: ErrorInfo })).max(10),
});
export type ResourcePage = z.infer<typeof ResourcePage>;

export const resources = {
  list: oc.input(ResourceQuery).output(ResourcePage),
};
