import type { RequestInfo, RequestPage, RequestQuery } from '../../shared/contract/access-requests.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { RequestApi, RequestListQuery } from '../protocol/client/request-api.ts';
import type { AccessRequest } from '../protocol/codec/access-request.ts';

const livePageSize = 200;

/** What is shown live: the newest own requests and, for reviewers, what others wait for. */
export async function readLive(
  api: RequestApi,
  userName: string,
  isReviewer: boolean,
  signal: AbortSignal,
): Promise<Map<string, AccessRequest>> {
  const found = new Map<string, AccessRequest>();
  for (const scope of isReviewer ? (['mine', 'all'] as const) : (['mine'] as const)) {
    const query: RequestListQuery = {
      scope,
      state: scope === 'all' ? 'pending' : undefined,
      keywords: [],
      sort: { field: 'created', descending: true },
      limit: livePageSize,
      startKey: '',
    };
    const page = await api.list(query, userName, signal);
    for (const request of page.items) found.set(request.id, request);
  }
  return found;
}

/** How many pages of the server one answer may use up before it says "more". */
const maxServerPages = 10;

/** One page of requests. What the server cannot filter or sort is done here. */
export async function listRequests(
  api: RequestApi,
  query: RequestQuery,
  userName: string,
  toInfo: (request: AccessRequest) => RequestInfo,
  signal?: AbortSignal,
): Promise<RequestPage> {
  const keywords = query.text.split(/\s+/).filter((word) => word !== '');
  const [only] = query.states;
  const wire = {
    scope: query.scope,
    state: query.states.length === 1 ? only : undefined,
    keywords,
    sort: query.sort,
    limit: query.limit,
  };
  const items: RequestInfo[] = [];
  const offset = /^after:(\d{1,9})$/.exec(query.startKey ?? '');
  let startKey = offset ? '' : (query.startKey ?? '');
  for (let pages = 0; pages < maxServerPages; pages += 1) {
    const page = await api.list({ ...wire, startKey }, userName, signal);
    const infos = page.items.map(toInfo).filter((info) => isWanted(info, query));
    if (page.isWhole) return cutPage(infos, query, Number(offset?.[1] ?? 0));
    items.push(...infos);
    if (page.nextKey === undefined) return { items };
    startKey = page.nextKey;
    if (items.length >= query.limit) break;
  }
  return { items, nextKey: startKey };
}

function cutPage(infos: RequestInfo[], query: RequestQuery, from: number): RequestPage {
  const sign = query.sort.descending ? -1 : 1;
  const key = (info: RequestInfo) =>
    query.sort.field === 'created'
      ? info.createdAt
      : query.sort.field === 'state'
        ? info.state
        : info.requester;
  const sorted = infos.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x === y ? (a.id < b.id ? -1 : 1) : x < y ? -sign : sign;
  });
  const end = from + query.limit;
  return {
    items: sorted.slice(from, end),
    ...(end < sorted.length ? { nextKey: `after:${end}` } : {}),
  };
}

function isWanted(info: RequestInfo, query: RequestQuery): boolean {
  const { scope } = query;
  if (scope === 'mine' && !info.isOwn) return false;
  if (scope === 'needs-review' && !info.waitsForMe) return false;
  if (scope === 'reviewed' && !info.seats.some((seat) => seat.kind === 'taken' && seat.review.isOwn))
    return false;
  if (query.states.length > 0 && !query.states.includes(info.state)) return false;
  if (query.kinds.length > 0 && !query.kinds.includes(info.kind)) return false;
  if (query.requester !== '' && !info.requester.toLowerCase().includes(query.requester.toLowerCase()))
    return false;
  const words = query.text.toLowerCase().split(/\s+/);
  const haystack = [
    info.id,
    info.requester,
    info.reason,
    info.resolveReason,
    ...info.roles,
    ...info.resources.flatMap((one) => [one.id, one.kind, one.subResource, one.now?.name ?? '']),
    ...info.suggestedReviewers,
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => haystack.includes(word));
}

export function noSuchRequest(): AppError {
  return new AppError('not-found', 'This request is gone.', {
    reason: 'It has expired, was deleted, or is not yours to see.',
  });
}
