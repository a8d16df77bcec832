import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, RequestUri, ResourceUri } from '../uri/uri.ts';
import { Instant, LongText, NoticeId, ShortText } from './ids.ts';
import { CartItem } from './request-cart.ts';
import { AccessExplanation } from './request-explanation.ts';

/** `promoted`: turned into a membership of an access list; it grants nothing by itself. */
export const RequestState = z.enum(['pending', 'approved', 'denied', 'promoted']);
export type RequestState = z.infer<typeof RequestState>;

/** One requested resource (auth-api.md 10, resource ids). */
export const RequestedResource = z.object({
  clusterName: ShortText,
  /** As on the wire: `node`, `db`, `kube_cluster`, `app`, `windows_desktop`, `namespace`, and others. */
  kind: ShortText,
  /** Host UUID of a server; else its name; the Kubernetes cluster of a thing inside one. */
  id: ShortText,
  /** `<namespace>/<name>` or `<name>` of a thing inside a Kubernetes cluster; else empty. */
  subResource: ShortText,
  /** Of a kind that the app shows, in the account's own cluster. */
  resourceUri: ResourceUri.optional(),
  /** As the resource is now; absent until it was looked up (`requests.get`), or when it cannot be seen. */
  now: z
    .object({
      name: ShortText,
      address: ShortText,
      labels: z.array(z.object({ name: ShortText, value: LongText })).max(1_000),
    })
    .optional(),
});
export type RequestedResource = z.infer<typeof RequestedResource>;

export const RequestReview = z.object({
  author: ShortText,
  decision: z.enum(['approve', 'deny']),
  reason: LongText,
  at: Instant,
  /** The start that this reviewer set. */
  assumeFrom: Instant.optional(),
  /** By this app's person. */
  isOwn: z.boolean(),
});
export type RequestReview = z.infer<typeof RequestReview>;

/** A chair at the table: taken by a review, or still empty. As many as the app can say are needed. */
export const RequestSeat = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('taken'), review: RequestReview }),
  z.object({ kind: z.literal('empty') }),
]);
export type RequestSeat = z.infer<typeof RequestSeat>;

export const RequestThreshold = z.object({
  name: ShortText,
  /** Which reviews count, in the server's language; empty = all. */
  filter: LongText,
  approve: z.number().int().nonnegative(),
  /** 0 = denials do not count for it. */
  deny: z.number().int().nonnegative(),
});

/** What the app can know; `unknown` offers the act and lets the server answer. */
export const Permission = z.object({
  answer: z.enum(['yes', 'no', 'unknown']),
  /** Why not, or why it cannot be known; empty for `yes`. */
  reason: ShortText,
});
export type Permission = z.infer<typeof Permission>;

/** Whether a request can be assumed. */
export const Assumable = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('now') }),
  /** By itself, at this time. */
  z.object({ kind: z.literal('later'), from: Instant }),
  z.object({ kind: z.literal('never'), reason: ShortText }),
]);
export type Assumable = z.infer<typeof Assumable>;

/** A request as one account sees it. Times are the server's. */
export const RequestInfo = z.object({
  uri: RequestUri,
  accountUri: AccountUri,
  id: ShortText,
  requester: ShortText,
  /** Asked by the account's user. */
  isOwn: z.boolean(),
  kind: z.enum(['roles', 'resources']),
  /** Sorted. Of a request for resources: the roles that open them. */
  roles: z.array(ShortText).max(1_000),
  resources: z.array(RequestedResource).max(1_000),
  state: RequestState,
  /** May hold line breaks, markup, any script: text, never markup. */
  reason: LongText,
  /** Of the deciding review; empty while pending. */
  resolveReason: LongText,
  createdAt: Instant,
  /** End of the access, once granted. */
  accessUntil: Instant.optional(),
  /** End of a session that begins with it. */
  sessionUntil: Instant.optional(),
  /** When it vanishes without a decision; pending requests only. */
  pendingUntil: Instant.optional(),
  /** It cannot be assumed before. */
  assumeFrom: Instant.optional(),
  suggestedReviewers: z.array(ShortText).max(1_000),
  thresholds: z.array(RequestThreshold).max(1_000),
  /** `needed` = the fewest approvals that can decide; filters of thresholds may ask for more. */
  approvals: z.object({ given: z.number().int(), needed: z.number().int() }),
  denials: z.object({ given: z.number().int(), needed: z.number().int() }),
  /** Oldest review first, then the empty ones. */
  seats: z.array(RequestSeat).max(1_000),
  /** Pending, of somebody else, not reviewed by this person, who may review it. */
  waitsForMe: z.boolean(),
  mayReview: Permission,
  /** The server takes another start with a review (v15 on). */
  mayChooseStart: z.boolean(),
  mayDelete: Permission,
  assumable: Assumable,
  isAssumed: z.boolean(),
});
export type RequestInfo = z.infer<typeof RequestInfo>;

/** How the requests of an account are followed. */
export const RequestFollowing = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off'), reason: ErrorInfo.optional() }),
  z.object({ kind: z.literal('live'), since: Instant }),
  /** The stream of changes failed; the lists are asked for again and again, ever less often. */
  z.object({ kind: z.literal('polling'), reason: ErrorInfo, lastAt: Instant.optional() }),
]);
export type RequestFollowing = z.infer<typeof RequestFollowing>;

/** Something that happened without this person's doing; told once. */
export const RequestNotice = z.object({
  id: NoticeId,
  /**
   * `ending`: an assumed request ends within ten minutes. `assumed-deleted`: it was deleted on the server and was dropped.
   * `assumable`: the start of a scheduled request has come.
   */
  kind: z.enum(['approved', 'denied', 'waits-for-review', 'assumable', 'ending', 'assumed-deleted']),
  accountUri: AccountUri,
  requestUri: RequestUri,
  /** Of whom the notice speaks: who asked, or who decided; empty when that is not known. */
  person: ShortText,
  /** What was asked for, in one line. */
  summary: ShortText,
  at: Instant,
  isRead: z.boolean(),
});
export type RequestNotice = z.infer<typeof RequestNotice>;

/** What the account may ask for and decide, as far as its server tells. */
export const RequestCapabilities = z.object({
  requestableRoles: z.array(ShortText).max(10_000),
  suggestedReviewers: z.array(ShortText).max(1_000),
  reasonRequired: z.boolean(),
  /** The server's own words for the field of the reason; empty when it has none. */
  reasonPrompts: z.array(LongText).max(100),
  mayRequestResources: Permission,
  mayReview: Permission,
  /** What the server's version can do. */
  server: z.object({
    /** Longest access and lifetime of the request can be asked for (v14 on). */
    durations: z.boolean(),
    /** A start in the future can be asked for (v15 on). */
    start: z.boolean(),
    /** A dry run tells roles and times (v14 on). */
    dryRun: z.boolean(),
    /** The server filters, sorts and pages by itself. */
    pages: z.boolean(),
  }),
});
export type RequestCapabilities = z.infer<typeof RequestCapabilities>;

/** A request before it is sent: roles, or resources (`roles` then narrows the roles that open them). */
export const RequestDraft = z.object({
  accountUri: AccountUri,
  roles: z.array(ShortText).max(1_000),
  resources: z.array(CartItem).max(300),
  /** At most 4096 bytes on the server; longer ones are refused with `invalid-input` before sending. */
  reason: z.string().max(200_000),
  reviewers: z.array(ShortText).max(1_000),
  /** End of the access that is wanted; absent = the longest allowed. */
  accessUntil: Instant.optional(),
  assumeFrom: Instant.optional(),
  /** When the request vanishes without a decision; absent = the server's own. */
  pendingUntil: Instant.optional(),
});
export type RequestDraft = z.infer<typeof RequestDraft>;

/** What the server would do with a draft; nothing was stored. */
export const RequestDryRun = z.object({
  /** Empty = it would be taken. Each says what is missing. */
  problems: z.array(ErrorInfo).max(20),
  /** The roles that would be used. */
  roles: z.array(ShortText).max(1_000),
  longestAccessUntil: Instant.optional(),
  sessionUntil: Instant.optional(),
  pendingUntil: Instant.optional(),
  /** Who is suggested by the server; who else may review is known to the server alone. */
  reviewers: z.array(ShortText).max(1_000),
  approvalsNeeded: z.number().int().nonnegative(),
  reasonRequired: z.boolean(),
  reasonPrompts: z.array(LongText).max(100),
});
export type RequestDryRun = z.infer<typeof RequestDryRun>;

export const RequestQuery = z.object({
  accountUri: AccountUri,
  scope: z.enum(['all', 'mine', 'needs-review', 'reviewed']),
  states: z.array(RequestState).max(4),
  /** Part of a user's name; empty = all. */
  requester: ShortText,
  kinds: z.array(z.enum(['roles', 'resources'])).max(2),
  /** Every word must be somewhere in it. */
  text: ShortText,
  sort: z.object({ field: z.enum(['created', 'state', 'requester']), descending: z.boolean() }),
  limit: z.number().int().min(1).max(1_000),
  startKey: z.string().max(20_000).optional(),
});
export type RequestQuery = z.infer<typeof RequestQuery>;

export const RequestPage = z.object({
  items: z.array(RequestInfo),
  nextKey: z.string().max(20_000).optional(),
});
export type RequestPage = z.infer<typeof RequestPage>;

/** What assuming these requests together would bring. */
export const AssumePreview = z.object({
  /** End of the certificate that would result: the earliest of all ends. */
  validUntil: Instant,
  roles: z.array(ShortText).max(1_000),
  resources: z.array(RequestedResource).max(1_000),
  /** With requested resources assumed, the list holds those alone until they are dropped. */
  narrowsToResources: z.boolean(),
  /** Said beforehand: what ends when the access ends. */
  notes: z.array(ShortText).max(10),
  /** Why it would be refused. */
  problems: z.array(ErrorInfo).max(20),
});
export type AssumePreview = z.infer<typeof AssumePreview>;

const onRequest = z.object({ requestUri: RequestUri });
const onAccount = z.object({ accountUri: AccountUri });
const several = z.object({ requestUris: z.array(RequestUri).min(1).max(50) });

export const requests = {
  capabilities: oc.input(onAccount).output(RequestCapabilities),
  dryRun: oc.input(RequestDraft).output(RequestDryRun),
  /** Empties the account's cart of what was asked for. */
  create: oc.input(RequestDraft).output(RequestInfo),
  /** Fresh from the server, with the resources as they are now. `not-found` once it has expired or was deleted. */
  get: oc.input(onRequest).output(RequestInfo),
  list: oc.input(RequestQuery).output(RequestPage),
  /** `conflict` when somebody has decided meanwhile; the fresh request is in the state then. */
  review: oc
    .input(
      onRequest.extend({
        decision: z.enum(['approve', 'deny']),
        reason: z.string().max(200_000),
        assumeFrom: Instant.optional(),
      }),
    )
    .output(RequestInfo),
  delete: oc.input(onRequest).output(z.void()),
  previewAssume: oc.input(several).output(AssumePreview),
  /** All of one account, together with those that are assumed already. Open shells and tunnels go on as they are. */
  assume: oc.input(several).output(z.object({ validUntil: Instant })),
  /** Absent `requestUris` = all. */
  drop: oc
    .input(onAccount.extend({ requestUris: z.array(RequestUri).max(50).optional() }))
    .output(z.object({ validUntil: Instant })),
  /** Why a resource cannot be reached, and what would help; only what the app can know. */
  explain: oc.input(z.object({ resourceUri: ResourceUri })).output(AccessExplanation),
  /** Replaces the account's cart; the state tells it to every page. */
  putCart: oc.input(onAccount.extend({ items: z.array(CartItem).max(300) })).output(z.void()),
  /** Absent `noticeIds` = all. */
  markNoticesRead: oc
    .input(z.object({ noticeIds: z.array(NoticeId).max(1_000).optional() }))
    .output(z.void()),
  dismissNotices: oc.input(z.object({ noticeIds: z.array(NoticeId).max(1_000).optional() })).output(z.void()),
};
