import { type KeyObject, randomBytes } from 'node:crypto';
import { certificateTypeOf, certificateTypes } from './algorithms.ts';
import { encodePublicKey, formatAuthorizedKey, parseAuthorizedKey, signSsh } from './keys.ts';
import { malformedSsh, SshReader, sshString, sshUint32, sshUint64 } from './wire.ts';

const maxBlobBytes = 64 * 1024;
const maxPrincipals = 256;
/** `validBefore` of a certificate without end. */
export const sshForever = 0xffff_ffff_ffff_ffffn;

/** An OpenSSH certificate, parsed but not trusted yet. Layout: ssh.md 4.2. */
export interface SshCertificate {
  readonly blob: Buffer;
  /** Type inside the blob, such as `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string;
  /** The certified key as a plain public key blob. */
  readonly publicKey: Buffer;
  readonly serial: bigint;
  readonly role: 'user' | 'host';
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Seconds since 1970; inclusive. */
  readonly validAfter: bigint;
  /** Seconds since 1970; exclusive. */
  readonly validBefore: bigint;
  readonly criticalOptions: ReadonlyMap<string, string>;
  readonly extensions: ReadonlyMap<string, string>;
  /** Plain public key blob of the authority that signed. */
  readonly signatureKey: Buffer;
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
}

/** Throws `answer-invalid` on anything that is not exactly one certificate of a supported kind. */
export function parseSshCertificate(blob: Uint8Array): SshCertificate {
  if (blob.length > maxBlobBytes) throw malformedSsh('the certificate is too large');
  const own = Buffer.from(blob);
  const reader = new SshReader(own);
  const type = reader.text();
  const kind = certificateTypes.get(type);
  if (!kind) throw malformedSsh('it is not a certificate of a supported kind');
  reader.bytes(); // nonce
  const keyFields: Buffer[] = [];
  for (let i = 0; i < kind.keyFields; i += 1) keyFields.push(sshString(reader.bytes()));
  const serial = reader.uint64();
  const role = parseRole(reader.uint32());
  const keyId = reader.text();
  const principals = parsePrincipals(reader.bytes());
  const validAfter = reader.uint64();
  const validBefore = reader.uint64();
  const criticalOptions = parseOptions(reader.bytes());
  const extensions = parseOptions(reader.bytes());
  reader.bytes(); // reserved
  const signatureKey = reader.bytes();
  const signedBytes = own.subarray(0, reader.position);
  const signature = reader.bytes();
  reader.expectDone('certificate');
  const publicKey = Buffer.concat([sshString(kind.plainType), ...keyFields]);
  return {
    blob: own,
    type,
    publicKey,
    serial,
    role,
    keyId,
    principals,
    validAfter,
    validBefore,
    criticalOptions,
    extensions,
    signatureKey,
    signedBytes,
    signature,
  };
}

export function isCertificateBlob(blob: Uint8Array): boolean {
  try {
    return certificateTypes.has(new SshReader(blob).text());
  } catch {
    return false;
  }
}

function parseRole(value: number): 'user' | 'host' {
  if (value === 1) return 'user';
  if (value === 2) return 'host';
  throw malformedSsh('the certificate is neither for a user nor for a host');
}

function parsePrincipals(bytes: Uint8Array): string[] {
  const reader = new SshReader(bytes);
  const principals: string[] = [];
  while (!reader.isDone) {
    if (principals.length === maxPrincipals) throw malformedSsh('the certificate has too many principals');
    principals.push(reader.text());
  }
  return principals;
}

/** Names must be sorted and unique, as OpenSSH demands. */
function parseOptions(bytes: Uint8Array): Map<string, string> {
  const reader = new SshReader(bytes);
  const options = new Map<string, string>();
  let previous: Buffer | undefined;
  while (!reader.isDone) {
    const rawName = reader.bytes();
    if (previous && Buffer.compare(previous, rawName) >= 0) throw malformedSsh('options are not in order');
    previous = rawName;
    const data = reader.bytes();
    let value = '';
    if (data.length > 0) {
      const inner = new SshReader(data);
      value = inner.text();
      inner.expectDone('option');
    }
    options.set(rawName.toString('utf8'), value);
  }
  return options;
}

export interface SshCertificateContent {
  readonly publicKey: KeyObject | Buffer;
  readonly role: 'user' | 'host';
  readonly keyId: string;
  readonly principals: readonly string[];
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly serial?: bigint;
  readonly criticalOptions?: ReadonlyMap<string, string>;
  readonly extensions?: ReadonlyMap<string, string>;
}

/** Issues a certificate; RSA authorities sign with SHA-512. */
export function issueSshCertificate(authority: KeyObject, content: SshCertificateContent): Buffer {
  const plain = Buffer.isBuffer(content.publicKey) ? content.publicKey : encodePublicKey(content.publicKey);
  const reader = new SshReader(plain);
  const type = certificateTypeOf(reader.text());
  const signedBytes = Buffer.concat([
    sshString(type),
    sshString(randomBytes(32)),
    plain.subarray(reader.position),
    sshUint64(content.serial ?? 0n),
    sshUint32(content.role === 'user' ? 1 : 2),
    sshString(content.keyId),
    sshString(Buffer.concat(content.principals.map((principal) => sshString(principal)))),
    sshUint64(content.validAfter),
    sshUint64(content.validBefore),
    sshString(encodeOptions(content.criticalOptions ?? new Map())),
    sshString(encodeOptions(content.extensions ?? new Map())),
    sshString(''),
    sshString(encodePublicKey(authority)),
  ]);
  return Buffer.concat([signedBytes, sshString(signSsh(authority, signedBytes))]);
}

function encodeOptions(options: ReadonlyMap<string, string>): Buffer {
  const sorted = [...options].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Buffer.concat(
    sorted.map(([name, value]) =>
      Buffer.concat([sshString(name), sshString(value === '' ? '' : sshString(value))]),
    ),
  );
}

export function parseSshCertificateLine(line: string): SshCertificate {
  return parseSshCertificate(parseAuthorizedKey(line));
}

export function formatSshCertificateLine(blob: Uint8Array): string {
  return formatAuthorizedKey(blob);
}
