import type { RequestInfo } from '../../shared/contract/access-requests.ts';
import type { AccountInfo } from '../../shared/contract/clusters.ts';
import type { Api } from '../client/api.ts';
import type { PaletteItem } from '../features/palette/palette-item.ts';
import { summaryOf, titleOf } from '../state/request-words.ts';
import type { DialogRequest } from '../state/ui-state.ts';

const shownRequests = 50;

/** What the palette can do with access requests. */
export function requestActions(options: {
  account: AccountInfo | undefined;
  requests: Readonly<Record<string, RequestInfo>>;
  call: (work: (api: Api) => Promise<unknown>) => void;
  ask: (request: DialogRequest) => void;
}): PaletteItem[] {
  const { account, call, ask } = options;
  const newest = Object.values(options.requests).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const assumed = account?.assumed ?? [];
  return [
    ...(account
      ? [
          {
            id: 'request:devices',
            name: 'Second factors',
            run: () => ask({ kind: 'devices', accountUri: account.uri }),
          },
        ]
      : []),
    ...newest
      .filter((request) => request.assumable.kind === 'now' && !request.isAssumed)
      .slice(0, shownRequests)
      .map((request) => ({
        id: `assume:${request.uri}`,
        name: `Assume ${summaryOf(request)}`,
        run: () => ask({ kind: 'assume', requestUri: request.uri }),
      })),
    ...(account && assumed.length > 0
      ? [
          {
            id: 'request:drop',
            name: assumed.length > 1 ? 'Drop all assumed requests' : 'Drop the assumed request',
            run: () => call((api) => api.requests.drop({ accountUri: account.uri })),
          },
        ]
      : []),
    ...newest
      .filter((request) => request.waitsForMe || request.isOwn)
      .slice(0, shownRequests)
      .map((request) => ({
        id: `request:${request.uri}`,
        name: `Show request: ${titleOf(request)}`,
        run: () => call((api) => api.workspace.openRequest({ requestUri: request.uri })),
      })),
  ];
}
