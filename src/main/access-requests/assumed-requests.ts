import type { RequestInfo } from '../../shared/contract/access-requests.ts';
import type { AssumedRequest } from '../../shared/contract/clusters.ts';
import { type AccountUri, parseRequestUri } from '../../shared/uri/uri.ts';
import type { StateHub } from '../state/state-hub.ts';
import { summaryOf } from './request-info.ts';

/** Tells roles, names and ends of what an account's certificate carries, as far as they are known. */
export function describeAssumed(
  hub: StateHub,
  accountUri: AccountUri,
  known: (id: string) => RequestInfo | undefined,
): void {
  const account = hub.state.accounts[accountUri];
  if (!account || account.assumed.length === 0) return;
  const assumed = account.assumed.map((old): AssumedRequest => {
    const info = known(parseRequestUri(old.requestUri)?.id ?? '');
    if (!info) return old;
    return {
      requestUri: old.requestUri,
      roles: info.roles,
      resources: info.kind === 'resources' ? info.resources.map(nameOf) : [],
      ...endOf(info.accessUntil, account.validUntil),
    };
  });
  if (JSON.stringify(assumed) !== JSON.stringify(account.assumed))
    hub.put({ slice: 'accounts', key: accountUri, value: { ...account, assumed } });
}

/** Access ends with the certificate that carries it, however long was granted. */
function endOf(granted: string | undefined, certificate: string | undefined): { until?: string } {
  const [until] = [granted, certificate].filter((end) => end !== undefined).toSorted();
  return until === undefined ? {} : { until };
}

function nameOf(resource: RequestInfo['resources'][number]): string {
  return summaryOf({ kind: 'resources', roles: [], resources: [resource] });
}
