import 'reflect-metadata'; // the X.509 library asks for it
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate as NodeCertificate,
} from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { encodePublicKey, formatAuthorizedKey } from '../main/protocol/codec/ssh/keys.ts';

// Node and browsers name the same types differently; the library's own are what both agree on.
type CreateOptions = Parameters<typeof x509.X509CertificateGenerator.create>[0];
type WebKey = CreateOptions extends { signingKey: infer K } ? K : never;
type SigningAlgorithm = NonNullable<CreateOptions['signingAlgorithm']>;

export type KeyKind = 'modern' | 'rsa';
const tenYearsMs = 10 * 365 * 24 * 3_600_000;

/** A TLS authority: its key for signing and its self-signed certificate. */
export interface TlsAuthority {
  readonly certificate: x509.X509Certificate;
  readonly pem: string;
  readonly key: WebKey;
  readonly algorithm: SigningAlgorithm;
}

/** One of a cluster's authorities: `user` signs people, `host` signs servers (login.md 4). */
export interface Authority {
  readonly tls: TlsAuthority;
  readonly sshKey: KeyObject;
  /** Plain public key blob. */
  readonly sshPublic: Buffer;
  /** authorized_keys line. */
  readonly sshLine: string;
}

export async function makeAuthority(clusterName: string, kind: KeyKind, now: Date): Promise<Authority> {
  const sshKey =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : generateKeyPairSync('ed25519').privateKey;
  const sshPublic = encodePublicKey(sshKey);
  return {
    tls: await makeTlsAuthority(clusterName, kind, now),
    sshKey,
    sshPublic,
    sshLine: formatAuthorizedKey(sshPublic),
  };
}

export async function makeTlsAuthority(name: string, kind: KeyKind, now: Date): Promise<TlsAuthority> {
  const nodeKey =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const keys = await importPair(nodeKey);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    // The random serial number tells the user and the host authority of one cluster apart (login.md 4).
    name: [{ O: [name] }, { CN: [name] }, { '2.5.4.5': [BigInt(`0x${randomSerial()}`).toString()] }],
    notBefore: new Date(now.getTime() - 60_000),
    notAfter: new Date(now.getTime() + tenYearsMs),
    keys: keys.pair,
    signingAlgorithm: keys.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.pair.publicKey),
    ],
  });
  return {
    certificate,
    pem: `${certificate.toString('pem')}\n`,
    key: keys.pair.privateKey,
    algorithm: keys.algorithm,
  };
}

export interface LeafOptions {
  readonly publicKey: KeyObject;
  readonly subject: x509.JsonNameParams;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Signs a leaf certificate for servers and clients; PEM. */
export async function issueTls(authority: TlsAuthority, options: LeafOptions): Promise<string> {
  const publicKey = await importPublic(options.publicKey);
  const names = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: new x509.Name(options.subject),
    issuer: authority.certificate.subjectName,
    notBefore: options.notBefore,
    notAfter: options.notAfter,
    publicKey,
    signingKey: authority.key,
    signingAlgorithm: authority.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** Whether `certificate` was signed by the authority; dates are the caller's matter. */
export function isIssuedBy(authority: TlsAuthority, certificate: NodeCertificate): boolean {
  const issuer = new NodeCertificate(authority.pem);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

async function importPair(key: KeyObject) {
  const isRsa = key.asymmetricKeyType === 'rsa';
  const algorithm = isRsa
    ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const privateKey = createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' })).toCryptoKey(
    algorithm as never,
    true,
    ['sign'],
  ) as WebKey;
  const publicKey = createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })).toCryptoKey(
    algorithm as never,
    true,
    ['verify'],
  ) as WebKey;
  return { pair: { privateKey, publicKey }, algorithm: algorithm };
}

async function importPublic(key: KeyObject): Promise<WebKey> {
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: curveOf(key) };
  return key.toCryptoKey(algorithm as never, true, ['verify']) as WebKey;
}

function curveOf(key: KeyObject): string {
  return key.export({ format: 'jwk' }).crv ?? 'P-256';
}

function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}
