import type { Resource, ResourcePage, ResourceQuery } from '../../shared/contract/resources.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import { parseSearch } from '../../shared/search/query.ts';
import { type AccountUri, formatResourceUri, parseAccountUri } from '../../shared/uri/uri.ts';
import type { AuthApi, ListQuery } from '../protocol/client/auth-api.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { ListedResource } from '../protocol/codec/listed-resource.ts';
import { majorOf } from '../protocol/codec/server-version.ts';

/** Servers before v16 do not tell the logins of each server; the certificate's are offered then. */
const firstMajorWithLogins = 16;

export interface ResourceAccess {
  identity(uri: AccountUri): AccountIdentity;
  withAuth<T>(uri: AccountUri, work: (api: AuthApi) => Promise<T>, signal?: AbortSignal): Promise<T>;
  lastLogin(resourceUri: string): string | undefined;
}

/** Lists what an account may use; paging, search and sort are the cluster's work. */
export class ResourceService {
  readonly #access: ResourceAccess;

  constructor(access: ResourceAccess) {
    this.#access = access;
  }

  /** `forReview`: also what a reviewer may only look at. */
  async list(query: ResourceQuery, signal?: AbortSignal, forReview = false): Promise<ResourcePage> {
    const identity = this.#access.identity(query.accountUri);
    const page = await this.#access
      .withAuth(query.accountUri, (api) => api.list({ ...toListQuery(query), forReview }, signal), signal)
      .catch((error: unknown) => {
        // Every kind was refused: that is an empty list, not a failure (auth-api.md 6.1).
        if (isAppError(error, 'access-denied') && /requested kinds/.test(error.detail ?? ''))
          return { items: [], nextKey: undefined, problems: [] };
        throw error;
      });
    return {
      items: page.items.map((item) => this.#toResource(query.accountUri, item, identity)),
      ...(page.nextKey === undefined ? {} : { nextKey: page.nextKey }),
      problems: [...page.problems],
    };
  }

  #toResource(accountUri: AccountUri, item: ListedResource, identity: AccountIdentity): Resource {
    const account = parseAccountUri(accountUri);
    const uri = formatResourceUri({
      address: account?.address ?? '',
      userName: account?.userName ?? '',
      kind: item.kind,
      id: item.id,
    });
    const offersAll =
      item.kind === 'server' &&
      item.logins.length === 0 &&
      majorOf(identity.serverVersion) < firstMajorWithLogins;
    const lastLogin = this.#access.lastLogin(uri);
    return {
      ...item,
      uri,
      logins: offersAll ? certificateLogins(identity) : item.logins.filter((login) => !login.startsWith('-')),
      ...(lastLogin === undefined ? {} : { lastLogin }),
    };
  }
}

function certificateLogins(identity: AccountIdentity): string[] {
  return identity.sshCertificate.principals.filter((principal) => !principal.startsWith('-')).sort();
}

function toListQuery(query: ResourceQuery): ListQuery {
  const search = parseSearch(query.search);
  return {
    kinds: query.kinds,
    keywords: search.kind === 'words' ? search.keywords : [],
    labels: search.kind === 'words' ? search.labels : {},
    predicate: search.kind === 'predicate' ? search.expression : '',
    sort: query.sort,
    limit: query.limit,
    startKey: query.startKey,
    includeRequestable: query.includeRequestable,
  };
}
