import type {
  Assumable,
  Permission,
  RequestedResource,
  RequestInfo,
  RequestReview,
} from '../../shared/contract/access-requests.ts';
import {
  type AccountUri,
  formatRequestUri,
  formatResourceUri,
  parseAccountUri,
  type ResourceKind,
} from '../../shared/uri/uri.ts';
import type { AccessRequest, RequestedResourceId } from '../protocol/codec/access-request.ts';
import { approvalsOf, denialsOf } from './approvals.ts';
import { mayReview, type ReviewRights } from './review-rights.ts';

/** Who looks at a request, and when. */
export interface Viewer {
  readonly accountUri: AccountUri;
  readonly userName: string;
  readonly clusterName: string;
  readonly major: number;
  readonly rights: ReviewRights | undefined;
  readonly mayDelete: Permission;
  readonly assumed: ReadonlySet<string>;
  /** Requests of which the server has refused this person's review. */
  readonly refused: ReadonlySet<string>;
  readonly now: Date;
}

const firstMajorWithStart = 15;
const maxText = 20_000;
const kindsOnWire: Readonly<Record<string, ResourceKind>> = {
  node: 'server',
  db: 'database',
  kube_cluster: 'kubernetes',
  app: 'app',
  windows_desktop: 'desktop',
};
export const wireKinds: Readonly<Record<ResourceKind, string>> = {
  server: 'node',
  database: 'db',
  kubernetes: 'kube_cluster',
  app: 'app',
  desktop: 'windows_desktop',
};

/** A request as the contract tells it. */
export function toRequestInfo(request: AccessRequest, viewer: Viewer): RequestInfo {
  const account = parseAccountUri(viewer.accountUri);
  const isOwn = request.requester === viewer.userName;
  const review: Permission = viewer.refused.has(request.id)
    ? { answer: 'no', reason: 'The cluster does not take your review of it.' }
    : mayReview(request, viewer.userName, viewer.rights);
  const approvals = approvalsOf(request);
  const reviews = request.reviews.map((one) => toReview(one, viewer.userName));
  const missing = request.state === 'pending' ? Math.max(0, approvals.needed - approvals.given) : 0;
  const isPending = request.state === 'pending';
  return {
    uri: formatRequestUri({
      address: account?.address ?? '',
      userName: account?.userName ?? '',
      id: request.id,
    }),
    accountUri: viewer.accountUri,
    id: request.id,
    requester: short(request.requester),
    isOwn,
    kind: request.resources.length > 0 ? 'resources' : 'roles',
    roles: request.roles.map(short),
    resources: request.resources.map((id) => toRequestedResource(id, viewer)),
    state: request.state === 'none' ? 'pending' : request.state,
    reason: long(request.reason),
    resolveReason: long(request.resolveReason),
    createdAt: (request.created ?? viewer.now).toISOString(),
    ...time('accessUntil', request.accessUntil),
    ...time('sessionUntil', request.sessionUntil),
    ...(isPending ? time('pendingUntil', request.vanishesAt) : {}),
    ...time('assumeFrom', request.assumeFrom),
    suggestedReviewers: request.suggestedReviewers.map(short),
    thresholds: request.thresholds.map((one) => ({
      ...one,
      name: short(one.name),
      filter: long(one.filter),
    })),
    approvals,
    denials: denialsOf(request),
    seats: [
      ...reviews.map((one) => ({ kind: 'taken' as const, review: one })),
      ...Array.from({ length: Math.min(missing, 100) }, () => ({ kind: 'empty' as const })),
    ],
    waitsForMe: isPending && review.answer !== 'no',
    mayReview: review,
    mayChooseStart: viewer.major >= firstMajorWithStart,
    mayDelete: viewer.mayDelete,
    assumable: assumableOf(request, isOwn, viewer.now),
    isAssumed: viewer.assumed.has(request.id),
  };
}

/** All that is known of one's own request before it was read: its id, and that it was approved once. */
export function unreadRequest(id: string, requester: string): AccessRequest {
  return {
    id,
    requester,
    roles: [],
    resources: [],
    state: 'approved',
    reason: '',
    resolveReason: '',
    created: undefined,
    accessUntil: undefined,
    sessionUntil: undefined,
    maxUntil: undefined,
    assumeFrom: undefined,
    vanishesAt: undefined,
    suggestedReviewers: [],
    thresholds: [],
    roleSets: new Map(),
    reviews: [],
    reasonMode: '',
    reasonPrompts: [],
  };
}

function assumableOf(request: AccessRequest, isOwn: boolean, now: Date): Assumable {
  const never = (reason: string): Assumable => ({ kind: 'never', reason });
  if (!isOwn) return never('It is the request of somebody else.');
  if (request.state === 'pending') return never('It waits for its decision.');
  if (request.state === 'denied') return never('It was denied.');
  if (request.state === 'promoted') return never('It became a membership of an access list.');
  if (request.accessUntil && request.accessUntil <= now) return never('Its access has ended.');
  if (request.assumeFrom && request.assumeFrom > now)
    return { kind: 'later', from: request.assumeFrom.toISOString() };
  return { kind: 'now' };
}

export function toRequestedResource(
  id: RequestedResourceId,
  viewer: Pick<Viewer, 'accountUri' | 'clusterName'>,
): RequestedResource {
  const account = parseAccountUri(viewer.accountUri);
  const kind = id.subResource === '' ? kindsOnWire[id.kind] : undefined;
  const resourceUri =
    kind && account && id.clusterName === viewer.clusterName && id.name !== ''
      ? formatResourceUri({ ...account, kind, id: id.name })
      : undefined;
  return {
    clusterName: short(id.clusterName),
    kind: short(id.kind),
    id: short(id.name),
    subResource: short(id.subResource),
    ...(resourceUri ? { resourceUri } : {}),
  };
}

function toReview(review: AccessRequest['reviews'][number], userName: string): RequestReview {
  return {
    author: short(review.author),
    decision: review.decision,
    reason: long(review.reason),
    at: (review.created ?? new Date(0)).toISOString(),
    ...time('assumeFrom', review.assumeFrom),
    isOwn: review.author === userName,
  };
}

/** What was asked for, in one line. */
export function summaryOf(request: Pick<RequestInfo, 'kind' | 'roles' | 'resources'>): string {
  const names =
    request.kind === 'roles'
      ? request.roles
      : request.resources.map((one) => one.now?.name ?? (one.subResource || one.id));
  const shown = names.slice(0, 3).join(', ');
  return short(names.length > 3 ? `${shown} and ${names.length - 3} more` : shown);
}

function time<K extends string>(key: K, date: Date | undefined): { [P in K]?: string } {
  return (date ? { [key]: date.toISOString() } : {}) as { [P in K]?: string };
}
const short = (text: string) => cut(text, 500);
const long = (text: string) => cut(text, maxText);

/** Text of any script stays whole letters. */
function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1).toWellFormed()}…` : text;
}
