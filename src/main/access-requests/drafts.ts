import type { RequestDraft } from '../../shared/contract/access-requests.ts';
import type { CartItem } from '../../shared/contract/request-cart.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { accountOf, parseResourceUri } from '../../shared/uri/uri.ts';
import type { NewRequest } from '../protocol/client/request-api.ts';
import type { RequestedResourceId } from '../protocol/codec/access-request.ts';
import { wireKinds } from './request-info.ts';

/** The server's limits (auth-api.md 11.1). */
export const maxReasonBytes = 4_096;
const maxResources = 300;

/** What a draft lacks before any server sees it. */
export function draftProblems(draft: RequestDraft, now: Date): AppError[] {
  const problems: AppError[] = [];
  const edit = (message: string, advice: string) =>
    problems.push(new AppError('invalid-input', message, { advice, action: 'edit-input' }));
  const resources = draft.resources.filter((item) => item.kind === 'resource');
  if (draft.roles.length === 0 && resources.length === 0)
    edit('Nothing is asked for yet.', 'Add roles or resources to the request.');
  if (resources.length > maxResources)
    edit(`A request can hold ${maxResources} resources.`, 'Send the rest with another request.');
  if (resources.some((item) => accountOf(item.resourceUri) !== draft.accountUri))
    edit('A resource belongs to another user or cluster.', 'Send one request for each.');
  const bytes = Buffer.byteLength(draft.reason);
  if (bytes > maxReasonBytes)
    edit(
      `The reason is too long: ${bytes.toLocaleString('en')} of at most ${maxReasonBytes.toLocaleString('en')} bytes.`,
      'Shorten it, or put the details behind a link.',
    );
  if (draft.accessUntil && new Date(draft.accessUntil) <= now)
    edit('The access would end before it begins.', 'Choose a later end.');
  if (draft.pendingUntil && new Date(draft.pendingUntil) <= now)
    edit('The request would vanish at once.', 'Choose a later time.');
  if (draft.assumeFrom && draft.accessUntil && draft.assumeFrom >= draft.accessUntil)
    edit('The access would end before it begins.', 'Choose an earlier start, or a later end.');
  return problems;
}

export function toNewRequest(draft: RequestDraft, userName: string, clusterName: string): NewRequest {
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return {
    userName,
    roles: draft.roles,
    resources: draft.resources.flatMap((item) => toResourceId(item, clusterName) ?? []),
    reason: draft.reason.toWellFormed(),
    reviewers: draft.reviewers,
    accessUntil: date(draft.accessUntil),
    assumeFrom: date(draft.assumeFrom),
    pendingUntil: date(draft.pendingUntil),
  };
}

export function toResourceId(item: CartItem, clusterName: string): RequestedResourceId | undefined {
  if (item.kind === 'role') return undefined;
  const parts = parseResourceUri(item.resourceUri);
  if (!parts) return undefined;
  return {
    clusterName,
    kind: item.inside?.kind ?? wireKinds[parts.kind],
    name: parts.id,
    subResource: item.inside?.name ?? '',
  };
}

/** How the server's refusal of a draft is told: what it asks for, in its own words. */
export function refusedDraft(error: AppError): AppError {
  const text = error.reason ?? error.message;
  const known: readonly (readonly [RegExp, string, string])[] = [
    [/reason/i, 'A reason is missing or not accepted.', 'Write why you need the access.'],
    [
      /can not request role|cannot request role/i,
      'One of these roles cannot be requested by you.',
      'Take it out of the request.',
    ],
    [
      /search_as_roles/i,
      'You may not request resources on this cluster.',
      'Request a role, or ask an administrator.',
    ],
    [/Enterprise/i, 'This edition of the cluster does not take such requests.', 'Request a role instead.'],
    [
      /no usable|no requestable|no roles|must be/i,
      'The cluster does not take this request.',
      'Change it and try again.',
    ],
  ];
  if (error.code !== 'query-invalid' && error.code !== 'access-denied' && error.code !== 'not-found')
    return error;
  const rule = known.find(([pattern]) => pattern.test(text));
  return new AppError('request-refused', rule?.[1] ?? 'The cluster would refuse this request.', {
    reason: text,
    advice: rule?.[2] ?? 'Change it and try again.',
    action: 'edit-input',
    detail: error.detail,
  });
}
