import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { certificateTypes } from './algorithms.ts';
import type { SshCertificate } from './certificate.ts';
import { verifySsh } from './keys.ts';
import { SshReader } from './wire.ts';

/** The first rule of ssh.md 4.3 or 4.4 that a certificate breaks. */
export type CertificateFault =
  | 'wrong-role'
  | 'unknown-authority'
  | 'bad-signature'
  | 'not-yet-valid'
  | 'expired'
  | 'wrong-principal'
  | 'critical-option';

export interface CertificateRules {
  readonly role: 'user' | 'host';
  /** Plain public key blobs of the authorities that count, and of no other cluster. */
  readonly authorities: readonly Uint8Array[];
  /** One of them must be listed, in exactly this spelling (host names: lower case). */
  readonly principals: readonly string[];
  readonly now: Date;
  /** Critical options that the caller enforces itself. */
  readonly understoodOptions?: readonly string[];
}

/** Undefined when every rule holds. Fails closed; an empty principal list is refused. */
export function findCertificateFault(
  certificate: SshCertificate,
  rules: CertificateRules,
): CertificateFault | undefined {
  if (certificate.role !== rules.role) return 'wrong-role';
  if (!isKnownAuthority(certificate.signatureKey, rules.authorities)) return 'unknown-authority';
  if (!isSignedByAuthority(certificate)) return 'bad-signature';
  const now = BigInt(Math.floor(rules.now.getTime() / 1000));
  if (now < certificate.validAfter) return 'not-yet-valid';
  if (now >= certificate.validBefore) return 'expired';
  if (!rules.principals.some((principal) => certificate.principals.includes(principal)))
    return 'wrong-principal';
  const understood = rules.understoodOptions ?? [];
  for (const name of certificate.criticalOptions.keys()) {
    if (!understood.includes(name)) return 'critical-option';
  }
  return undefined;
}

function isKnownAuthority(key: Uint8Array, authorities: readonly Uint8Array[]): boolean {
  if (certificateTypes.has(new SshReader(key).text())) return false;
  return authorities.some((known) => known.length === key.length && timingSafeEqual(known, key));
}

function isSignedByAuthority(certificate: SshCertificate): boolean {
  try {
    return verifySsh(certificate.signatureKey, certificate.signedBytes, certificate.signature);
  } catch {
    return false;
  }
}

const hostFaults: Record<CertificateFault, string> = {
  'wrong-role': 'it shows a certificate that is not for hosts',
  'unknown-authority': "its certificate was not issued by this cluster's host authority",
  'bad-signature': 'the signature on its certificate is wrong',
  'not-yet-valid': 'its certificate is not valid yet; check the clocks of both machines',
  expired: 'its certificate has expired',
  'wrong-principal': 'its certificate was issued for another host',
  'critical-option': 'its certificate has a condition that Porthole does not know',
};

/** The error that a person sees when a host's certificate is refused. */
export function hostUntrusted(fault: CertificateFault, host: string): AppError {
  return new AppError('host-untrusted', `${host} could not prove that it is the right server.`, {
    reason: `The connection was refused because ${hostFaults[fault]}.`,
    advice: 'Tell an administrator of the cluster. Do not send passwords to this host.',
    detail: `host certificate: ${fault}`,
  });
}
