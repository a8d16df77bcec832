import type { RequestInfo, RequestQuery } from '../../../shared/contract/access-requests.ts';

/** What the list shows: the query without its account, order and page. */
export type RequestFilter = Pick<RequestQuery, 'scope' | 'states' | 'requester' | 'kinds' | 'text'>;

export const wholeList: RequestFilter = { scope: 'all', states: [], requester: '', kinds: [], text: '' };

/** Whether a request that changed belongs to the list, as the main process decides it. */
export function matchesFilter(request: RequestInfo, filter: RequestFilter): boolean {
  if (filter.scope === 'mine' && !request.isOwn) return false;
  if (filter.scope === 'needs-review' && !request.waitsForMe) return false;
  if (filter.scope === 'reviewed' && !isReviewedHere(request)) return false;
  if (filter.states.length > 0 && !filter.states.includes(request.state)) return false;
  if (filter.kinds.length > 0 && !filter.kinds.includes(request.kind)) return false;
  if (!request.requester.toLowerCase().includes(filter.requester.trim().toLowerCase())) return false;
  const haystack = [
    request.id,
    request.requester,
    request.reason,
    request.resolveReason,
    ...request.roles,
    ...request.resources.flatMap((one) => [one.id, one.kind, one.subResource, one.now?.name ?? '']),
    ...request.suggestedReviewers,
  ]
    .join('\n')
    .toLowerCase();
  return filter.text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

function isReviewedHere(request: RequestInfo): boolean {
  return request.seats.some((seat) => seat.kind === 'taken' && seat.review.isOwn);
}
