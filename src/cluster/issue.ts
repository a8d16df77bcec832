import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AppError } from '../shared/errors/app-error.ts';
import {
  formatSshCertificateLine,
  issueSshCertificate,
  sshForever,
} from '../main/protocol/codec/ssh/certificate.ts';
import { decodePublicKey, parseAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';
import { formatGrantSubject, type GrantSubject } from '../main/protocol/codec/tls/grant-subject.ts';
import { formatTunnelSubject, type TunnelSubject } from '../main/protocol/codec/tls/tunnel-subject.ts';
import type { SshIdentity } from '../main/protocol/net/ssh/identity.ts';
import { type Authority, issueTls } from './authorities.ts';
import { grantExtensions } from './grant.ts';

const backdateMs = 60_000;
const hostCertificateMs = 10 * 365 * 24 * 3_600_000;
const internalJoin = '-teleport-internal-join';

export interface UserSubject {
  readonly userName: string;
  readonly roles: readonly string[];
  readonly logins: readonly string[];
  readonly clusterName: string;
  readonly now: Date;
  readonly ttlMs: number;
  readonly grant: GrantSubject;
}

/** `tunnel`: where a TLS certificate leads, and what its owner may do with databases and Kubernetes. */
export interface TlsUserSubject extends UserSubject {
  readonly tunnel: TunnelSubject;
}

const seconds = (date: Date) => BigInt(Math.floor(date.getTime() / 1000));

/** A user's SSH certificate for an authorized_keys line, in the same form (login.md 5.1). */
export function issueUserSsh(authority: Authority, subject: UserSubject, keyLine: string): string {
  const blob = parseAuthorizedKey(keyLine);
  decodePublicKey(blob);
  const { now } = subject;
  const certificate = issueSshCertificate(authority.sshKey, {
    publicKey: blob,
    role: 'user',
    keyId: subject.userName,
    principals: [...subject.logins, internalJoin],
    validAfter: seconds(new Date(now.getTime() - backdateMs)),
    validBefore: seconds(new Date(now.getTime() + Math.max(60_000, subject.ttlMs))),
    extensions: new Map([
      ...grantExtensions(subject.grant),
      ['permit-pty', ''],
      ['permit-port-forwarding', ''],
      ['permit-agent-forwarding', ''],
      ['teleport-roles', JSON.stringify({ roles: subject.roles })],
      ['teleport-route-to-cluster', subject.clusterName],
      ['teleport-traits', '{}'],
    ]),
  });
  return formatSshCertificateLine(certificate);
}

/** A user's TLS certificate for a PEM public key (login.md 5.2). */
export function issueUserTls(
  authority: Authority,
  subject: TlsUserSubject,
  publicKeyPem: string | KeyObject,
): Promise<string> {
  const publicKey = typeof publicKeyPem === 'string' ? readPublicKey(publicKeyPem) : publicKeyPem;
  return issueTls(authority.tls, {
    publicKey,
    subject: [
      { L: [...subject.logins, internalJoin] },
      { '2.5.4.9': [subject.clusterName] },
      { '2.5.4.17': ['{}'] },
      { O: [...subject.roles] },
      { CN: [subject.userName] },
      { '1.3.9999.1.7': [subject.clusterName] },
      ...formatTunnelSubject(subject.tunnel),
      ...formatGrantSubject(subject.grant),
    ],
    notBefore: new Date(subject.now.getTime() - backdateMs),
    notAfter: new Date(subject.now.getTime() + subject.ttlMs),
  });
}

function readPublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new AppError('invalid-input', 'failed to decode public key PEM block', { cause });
  }
}

export interface HostNames {
  readonly principals: readonly string[];
  readonly clusterName: string;
  readonly role: 'Node' | 'Proxy';
}

export function issueHostSsh(
  authority: Authority,
  publicKey: KeyObject,
  names: HostNames,
  now: Date,
): Buffer {
  return issueSshCertificate(authority.sshKey, {
    publicKey,
    role: 'host',
    keyId: '',
    principals: names.principals,
    validAfter: seconds(new Date(now.getTime() - backdateMs)),
    validBefore: sshForever,
    extensions: new Map([
      ['x-teleport-authority', names.clusterName],
      ['x-teleport-role', names.role],
    ]),
  });
}

/** A new host key with its certificate, of the authority's own kind. */
export function makeHostIdentity(authority: Authority, names: HostNames, now: Date): SshIdentity {
  const privateKey =
    authority.sshKey.asymmetricKeyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : generateKeyPairSync('ed25519').privateKey;
  return { privateKey, certificate: issueHostSsh(authority, createPublicKey(privateKey), names, now) };
}

/** The names that a Teleport host certificate lists (ssh.md 1.6). */
export function hostPrincipals(id: string, hostname: string, clusterName: string): string[] {
  return [
    `${id}.${clusterName}`,
    id,
    `${hostname}.${clusterName}`,
    hostname,
    'localhost',
    '127.0.0.1',
    '::1',
  ];
}

/** TLS key and certificate of one of the cluster's own servers. */
export async function makeHostTls(
  authority: Authority,
  options: { readonly commonName: string; readonly dnsNames: readonly string[]; readonly now: Date },
): Promise<{ key: KeyObject; certificate: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await issueTls(authority.tls, {
    publicKey,
    subject: [{ O: ['Proxy'] }, { CN: [options.commonName] }],
    dnsNames: ['*.teleport.cluster.local', 'teleport.cluster.local', ...options.dnsNames],
    ipAddresses: ['127.0.0.1', '::1'],
    notBefore: new Date(options.now.getTime() - backdateMs),
    notAfter: new Date(options.now.getTime() + hostCertificateMs),
  });
  return { key: privateKey, certificate };
}
