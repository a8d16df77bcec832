import type { RequestNotice } from '../../shared/contract/access-requests.ts';
import type { Resource } from '../../shared/contract/resources.ts';
import type { AccessExplanation } from '../../shared/contract/request-explanation.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import {
  type AccountUri,
  accountOf,
  clusterOf,
  parseResourceUri,
  type ResourceKind,
  type ResourceUri,
} from '../../shared/uri/uri.ts';
import { Carts } from '../access-requests/carts.ts';
import { explainAccess } from '../access-requests/explain.ts';
import { NoticeBoard } from '../access-requests/notice-board.ts';
import { RequestService } from '../access-requests/request-service.ts';
import { RequestStore } from '../access-requests/request-store.ts';
import type { AccountService } from '../clusters/account-service.ts';
import type { ClusterService } from '../clusters/cluster-service.ts';
import type { Host } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import type { ResourceService } from '../resources/resource-service.ts';
import type { SecondFactorService } from '../second-factor/second-factor-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { AccountAccess } from './access.ts';
import { wordsOf } from './request-notice-words.ts';

export interface RequestsOptions {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly accounts: AccountService;
  readonly access: AccountAccess;
  readonly clusters: ClusterService;
  readonly resources: ResourceService;
  readonly factors: SecondFactorService;
}

export interface Requests {
  readonly service: RequestService;
  readonly board: NoticeBoard;
  explain(uri: ResourceUri, signal?: AbortSignal): Promise<AccessExplanation>;
}

/** Access requests, connected to accounts, resources, second factors and the host. */
export function createRequests(options: RequestsOptions): Requests {
  const { host, hub, log, now, accounts, access, clusters, resources, factors } = options;
  const store = new RequestStore(host.openStore('requests'), log);
  const tell = (notices: readonly RequestNotice[]) => {
    const { values } = hub.state.settings;
    if (values['notifications.system'] && values['notifications.requests'])
      host.notify(wordsOf(notices, hub));
  };
  const board = new NoticeBoard({ hub, store, now, notify: tell });
  const findFor =
    (forReview: boolean) =>
    (uri: AccountUri, kind: ResourceKind, ids: readonly string[], signal?: AbortSignal) =>
      findResources(resources, { accountUri: uri, kind, ids, forReview }, signal);
  const find = findFor(false);
  const service = new RequestService({
    hub,
    board,
    carts: new Carts(hub, store),
    log,
    now,
    access: {
      identity: (uri) => access.identity(uri),
      withAuth: (uri, work, signal) => access.withAuth(uri, work, signal),
      noteFailure: (uri, error) => access.noteFailure(uri, error),
      assume: (uri, ids, signal) => accounts.assume(uri, ids, signal),
      plainEnd: (uri) => accounts.plainEnd(uri),
      clockLag: (uri, signal) => clusters.clockLag(clusterOf(uri), signal),
      withSecondFactor: (uri, reason, call, signal) => factors.administrative(uri, reason, call, signal),
      find: findFor(true),
    },
  });
  accounts.onInstalled((uri) => service.follow(uri));
  accounts.onSignedOut((uri) => service.unfollow(uri));
  access.onFailure(({ uri, error }) => service.noteFailure(uri, error));
  for (const account of Object.values(hub.state.accounts))
    if (account.status === 'signed-in') service.follow(account.uri);
  return {
    service,
    board,
    async explain(uri, signal) {
      const accountUri = accountOf(uri);
      const parts = parseResourceUri(uri);
      const account = hub.state.accounts[accountUri];
      const facts = { resourceUri: uri, account, needsSessionMfa: undefined, mayRequest: undefined };
      const live = Object.values(hub.state.requests).filter((one) => one.accountUri === accountUri);
      if (!parts || account?.status !== 'signed-in')
        return explainAccess({ ...facts, listed: undefined, requests: live });
      const [listed] = await find(accountUri, parts.kind, [parts.id], signal);
      const capabilities = await service.capabilities(accountUri, signal).catch((error: unknown) => {
        if (isAppError(error, 'session-expired', 'connection-lost')) throw error;
        return undefined;
      });
      const answer = capabilities?.mayRequestResources.answer;
      const login = listed?.logins[0];
      const needsSessionMfa =
        parts.kind === 'server' && login !== undefined
          ? await factors.isNeededForNode(accountUri, parts.id, login, signal).catch(() => undefined)
          : undefined;
      return explainAccess({
        ...facts,
        listed,
        requests: live,
        needsSessionMfa,
        mayRequest: answer === undefined || answer === 'unknown' ? undefined : answer === 'yes',
      });
    },
  };
}

const pageSize = 200;
const maxPages = 20;

/** Resources of one kind by id, those that could be requested too. */
async function findResources(
  resources: ResourceService,
  of: {
    readonly accountUri: AccountUri;
    readonly kind: ResourceKind;
    readonly ids: readonly string[];
    readonly forReview: boolean;
  },
  signal?: AbortSignal,
): Promise<Resource[]> {
  const { accountUri, kind, ids, forReview } = of;
  const wanted = new Set(ids);
  const found: Resource[] = [];
  let startKey: string | undefined;
  for (let page = 0; page < maxPages && found.length < wanted.size; page += 1) {
    const { items, nextKey } = await resources.list(
      {
        accountUri,
        kinds: [kind],
        search: '',
        sort: { field: 'name', descending: false },
        limit: pageSize,
        includeRequestable: true,
        ...(startKey === undefined ? {} : { startKey }),
      },
      signal,
      forReview,
    );
    found.push(...items.filter((item) => wanted.has(item.id)));
    if (nextKey === undefined) break;
    startKey = nextKey;
  }
  return found;
}
