import { denied } from '../refusal.ts';
import { type Directory, isForbidden, mayDo, type Requester } from './directory.ts';
import { formatResourceId, type AccessRequest, type RequestState } from './model.ts';
import { mayReview, maySubmitReviews } from './review.ts';

export type Scope = 'all' | 'mine' | 'needs-review' | 'reviewed';

export interface Filter {
  readonly id: string;
  readonly user: string;
  readonly state?: RequestState | undefined;
  readonly keywords: readonly string[];
  readonly scope: Scope;
}

/** The requests that the caller may see and that the filter lets through (auth-api.md 11.5). */
export function visibleRequests(
  directory: Directory,
  caller: Requester,
  requests: Iterable<AccessRequest>,
  filter: Filter,
): AccessRequest[] {
  for (const verb of ['list', 'read'])
    if (isForbidden(caller.roles, 'access_request', verb) && filter.user !== caller.userName)
      throw denied(`access denied to perform action "${verb}" on "access_request"`);
  const seesAll = ['list', 'read'].every((verb) => mayDo(caller.roles, 'access_request', verb));
  const reviews = maySubmitReviews(directory, caller.userName);
  const isVisible = (request: AccessRequest) =>
    request.user === caller.userName ||
    seesAll ||
    (reviews && mayReview(directory, caller.userName, request));
  const isWanted = matcher(directory, caller.userName, filter);
  return [...requests].filter((request) => isWanted(request) && isVisible(request));
}

function matcher(directory: Directory, user: string, filter: Filter): (request: AccessRequest) => boolean {
  const words = filter.keywords.map((word) => word.toLowerCase());
  return (request) =>
    (filter.id === '' || request.id === filter.id) &&
    (filter.user === '' || request.user === filter.user) &&
    (filter.state === undefined || request.state === filter.state) &&
    isInScope(directory, user, request, filter.scope) &&
    (words.length === 0 || containsAll(request, words));
}

function isInScope(directory: Directory, user: string, request: AccessRequest, scope: Scope): boolean {
  const hasReviewed = () => request.reviews.some((review) => review.author === user);
  switch (scope) {
    case 'mine':
      return request.user === user;
    case 'needs-review':
      return request.state === 'pending' && !hasReviewed() && mayReview(directory, user, request);
    case 'reviewed':
      return hasReviewed();
    default:
      return true;
  }
}

function containsAll(request: AccessRequest, words: readonly string[]): boolean {
  const text = [
    request.id,
    request.user,
    request.requestReason,
    request.resolveReason,
    request.state,
    ...request.roles,
    ...request.resourceIds.map(formatResourceId),
    ...request.suggestedReviewers,
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export type SortField = 'default' | 'created' | 'state' | 'user';

export interface Page {
  readonly requests: readonly AccessRequest[];
  readonly nextKey: string;
}

/** One page in order. A key names where the page begins, so what vanished meanwhile skips nothing. */
export function pageOf(
  requests: readonly AccessRequest[],
  sort: { readonly field: SortField; readonly descending: boolean },
  limit: number,
  startKey: string,
): Page {
  const sign = sort.descending ? -1 : 1;
  const keyed = requests
    .map((request) => ({ request, key: keyOf(request, sort.field) }))
    .sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
  const isAtOrAfter = (key: string) => (sort.descending ? key <= startKey : key >= startKey);
  const rest = startKey === '' ? keyed : keyed.filter(({ key }) => isAtOrAfter(key));
  return {
    requests: rest.slice(0, limit).map(({ request }) => request),
    nextKey: rest[limit]?.key ?? '',
  };
}

function keyOf(request: AccessRequest, field: SortField): string {
  switch (field) {
    case 'created':
      return `${new Date(request.createdMs).toISOString()}/${request.id}`;
    case 'state':
      return `${request.state}/${request.id}`;
    case 'user':
      return `${request.user}/${request.id}`;
    default:
      return request.id;
  }
}
