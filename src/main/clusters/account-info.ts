import type { AccountInfo, AssumedRequest, ConnectionInfo } from '../../shared/contract/clusters.ts';
import { type AccountUri, clusterOf, formatRequestUri, parseAccountUri } from '../../shared/uri/uri.ts';
import { type AccountIdentity, activeRequestsOf, factsOf } from '../protocol/codec/identity.ts';

export interface AccountFacts {
  readonly uri: AccountUri;
  readonly status: AccountInfo['status'];
  readonly connection: ConnectionInfo;
  /** None while the user is signed out. */
  readonly identity: AccountIdentity | undefined;
  /** What was known of assumed requests before. */
  readonly known: readonly AssumedRequest[];
}

/** What pages see of an account. */
export function accountInfo({ uri, status, connection, identity, known }: AccountFacts): AccountInfo {
  const facts = identity && factsOf(identity);
  return {
    uri,
    clusterUri: clusterOf(uri),
    userName: parseAccountUri(uri)?.userName ?? '',
    status,
    ...(facts
      ? { validFrom: facts.validFrom.toISOString(), validUntil: facts.validUntil.toISOString() }
      : {}),
    roles: [...(facts?.roles ?? [])],
    logins: [...(facts?.logins ?? [])],
    assumed: identity ? assumedOf(uri, identity, known) : [],
    connection,
  };
}

/** Ids of the certificate; what else is known of them stays. */
function assumedOf(
  uri: AccountUri,
  identity: AccountIdentity,
  known: readonly AssumedRequest[],
): AssumedRequest[] {
  const { address = '', userName = '' } = parseAccountUri(uri) ?? {};
  return activeRequestsOf(identity).map((id) => {
    const requestUri = formatRequestUri({ address, userName, id });
    return known.find((one) => one.requestUri === requestUri) ?? { requestUri, roles: [], resources: [] };
  });
}
