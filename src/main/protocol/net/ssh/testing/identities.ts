import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { issueSshCertificate, sshForever } from '../../../codec/ssh/certificate.ts';
import { encodePublicKey, formatAuthorizedKey } from '../../../codec/ssh/keys.ts';
import type { SshIdentity } from '../identity.ts';

export type KeyKind = 'ed25519' | 'p256' | 'p384' | 'rsa';
export const keyKinds: readonly KeyKind[] = ['ed25519', 'p256', 'p384', 'rsa'];

export function makeKey(kind: KeyKind): KeyObject {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind === 'p256' ? 'P-256' : 'P-384' }).privateKey;
}

export interface TestAuthority {
  readonly key: KeyObject;
  readonly blob: Buffer;
  /** authorized_keys line. */
  readonly line: string;
}

export function makeAuthority(kind: KeyKind = 'ed25519'): TestAuthority {
  const key = makeKey(kind);
  const blob = encodePublicKey(key);
  return { key, blob, line: formatAuthorizedKey(blob) };
}

export interface CertificateOptions {
  readonly role?: 'user' | 'host';
  readonly principals?: readonly string[];
  readonly validAfter?: bigint;
  readonly validBefore?: bigint;
}

/** A key of its own with a certificate of the authority. */
export function issue(
  authority: TestAuthority,
  kind: KeyKind,
  options: CertificateOptions = {},
): SshIdentity {
  const privateKey = makeKey(kind);
  const certificate = issueSshCertificate(authority.key, {
    publicKey: createPublicKey(privateKey),
    role: options.role ?? 'user',
    keyId: 'test',
    principals: options.principals ?? ['root'],
    validAfter: options.validAfter ?? 0n,
    validBefore: options.validBefore ?? sshForever,
    extensions: new Map([
      ['permit-pty', ''],
      ['permit-port-forwarding', ''],
    ]),
  });
  return { privateKey, certificate };
}
