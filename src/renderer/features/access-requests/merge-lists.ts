import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { clusterOf, type RequestUri } from '../../../shared/uri/uri.ts';

/** What one account's pages brought so far, newest first. */
export interface AccountList {
  readonly items: readonly RequestInfo[];
  readonly nextKey: string | undefined;
}

/** One row: a request, as the account sees it that can do most with it. */
export interface ListedRequest {
  readonly request: RequestInfo;
  /** The other accounts of this window that see it. */
  readonly others: readonly RequestInfo[];
}

/**
 * The lists of all accounts as one, newest first; the same request seen by several accounts is one row. With pages left,
 * rows older than what every account has delivered are held back, so that nothing appears above what was read already.
 */
export function mergeLists(
  lists: readonly AccountList[],
  changed: ReadonlyMap<RequestUri, RequestInfo | undefined>,
  isWanted: (request: RequestInfo) => boolean,
): ListedRequest[] {
  const byUri = new Map<RequestUri, RequestInfo>();
  for (const list of lists) for (const item of list.items) byUri.set(item.uri, item);
  for (const [uri, request] of changed) {
    if (request) byUri.set(uri, request);
    else byUri.delete(uri);
  }
  const oldest = oldestShown(lists);
  // One list keeps the server's order among equal times; in several, rows as old as the oldest may still get company.
  const isOne = lists.length === 1;
  const isHeld = ({ createdAt }: RequestInfo) => createdAt < oldest || (createdAt === oldest && !isOne);
  const groups = new Map<string, RequestInfo[]>();
  for (const request of byUri.values()) {
    if (isHeld(request) || !isWanted(request)) continue;
    const key = `${clusterOf(request.uri)} ${request.id}`;
    const group = groups.get(key);
    if (group) group.push(request);
    else groups.set(key, [request]);
  }
  return [...groups.values()]
    .map((group) => {
      const [request, ...others] = group.toSorted((a, b) => rank(b) - rank(a) || (a.uri < b.uri ? -1 : 1));
      return { request: request as RequestInfo, others };
    })
    .sort((a, b) => newestFirst(a.request, b.request, isOne));
}

/** The account whose next page lets the most rows appear; -1 when all is there. */
export function nextToLoad(lists: readonly AccountList[]): number {
  let found = -1;
  let newest = '';
  for (const [index, list] of lists.entries()) {
    const last = list.items.at(-1)?.createdAt ?? '9';
    if (list.nextKey !== undefined && last > newest) [found, newest] = [index, last];
  }
  return found;
}

function oldestShown(lists: readonly AccountList[]): string {
  let oldest = '';
  for (const list of lists) {
    const last = list.items.at(-1)?.createdAt ?? '';
    if (list.nextKey !== undefined && last > oldest) oldest = last;
  }
  return oldest;
}

function rank(request: RequestInfo): number {
  return (request.isOwn ? 2 : 0) + (request.waitsForMe ? 1 : 0);
}

function newestFirst(a: RequestInfo, b: RequestInfo, keepsOrder: boolean): number {
  if (a.createdAt === b.createdAt && keepsOrder) return 0;
  if (a.createdAt === b.createdAt) return a.id < b.id ? -1 : 1;
  return a.createdAt < b.createdAt ? 1 : -1;
}
