import { clusterOf, formatRequestUri, parseAccountUri, parseRequestUri } from '../../../shared/uri/uri.ts';
import type { AccountUri, RequestUri } from '../../../shared/uri/uri.ts';

const uuid = /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/i;

/**
 * The requests that a pasted text may mean, as each account would see them: a link of this app, also somebody else's, or an
 * id alone, as `tsh` prints it and as the address of the cluster's web page ends with.
 */
export function requestLinks(text: string, accounts: readonly AccountUri[]): RequestUri[] {
  const link = parseRequestUri(text);
  const id = link?.id ?? uuid.exec(text)?.[0].toLowerCase();
  if (id === undefined) return [];
  const cluster = link && clusterOf(text as RequestUri);
  const possible = accounts.filter((account) => cluster === undefined || clusterOf(account) === cluster);
  const named = possible.filter((account) => parseAccountUri(account)?.userName === link?.userName);
  return (named.length > 0 ? named : possible).flatMap((account) => {
    const parts = parseAccountUri(account);
    return parts ? [formatRequestUri({ ...parts, id })] : [];
  });
}
