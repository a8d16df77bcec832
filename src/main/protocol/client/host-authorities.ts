import type { AccountIdentity } from '../codec/identity.ts';
import { parseAuthorizedKey } from '../codec/ssh/keys.ts';

/** SSH host authorities of the account's own cluster, as plain key blobs. */
export function sshAuthorities(identity: AccountIdentity): Buffer[] {
  return identity.authorities
    .filter((authority) => authority.clusterName === identity.clusterName)
    .flatMap((authority) => authority.sshKeys)
    .map(parseAuthorizedKey);
}

/** PEM of the TLS host authorities of the account's own cluster. */
export function hostCaPem(identity: AccountIdentity): string {
  const own = identity.authorities.filter((authority) => authority.clusterName === identity.clusterName);
  const chosen = own.length > 0 ? own : identity.authorities.slice(0, 1);
  return chosen.flatMap((authority) => authority.tlsCertificates).join('\n');
}
