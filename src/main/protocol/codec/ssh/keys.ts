import { createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';
import { signatureNameFor, signatureSchemes } from './algorithms.ts';
import { malformedSsh, mpintBytes, SshReader, sshString, trimZeros } from './wire.ts';

const curves: ReadonlyMap<string, string> = new Map([
  ['nistp256', 'P-256'],
  ['nistp384', 'P-384'],
  ['nistp521', 'P-521'],
]);
const minimumRsaBytes = 256;
const maximumRsaBytes = 1_024;

export interface SshPublicKey {
  /** Plain key type, such as `ssh-ed25519`. */
  readonly type: string;
  readonly key: KeyObject;
}

/** Decodes a plain public key blob (RFC 4253 6.6, RFC 5656, RFC 8709). RSA below 2048 bit is refused. */
export function decodePublicKey(blob: Uint8Array): SshPublicKey {
  const reader = new SshReader(blob);
  const type = reader.text();
  const jwk = readKeyFields(type, reader);
  reader.expectDone('public key');
  try {
    return { type, key: createPublicKey({ key: jwk, format: 'jwk' }) };
  } catch {
    throw malformedSsh('the public key is not a valid one');
  }
}

function readKeyFields(type: string, reader: SshReader): JsonWebKey {
  if (type === 'ssh-ed25519') {
    const x = reader.bytes();
    if (x.length !== 32) throw malformedSsh('the Ed25519 key has a wrong length');
    return { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
  }
  if (type === 'ssh-rsa') {
    const e = trimZeros(reader.bytes());
    const n = trimZeros(reader.bytes());
    if (n.length < minimumRsaBytes) throw malformedSsh('the RSA key is shorter than 2048 bit');
    if (n.length > maximumRsaBytes || e.length > 8) throw malformedSsh('the RSA key is too large');
    return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
  }
  if (type.startsWith('ecdsa-sha2-')) {
    const curve = reader.text();
    const point = reader.bytes();
    const crv = curves.get(curve);
    if (type !== `ecdsa-sha2-${curve}` || crv === undefined) throw malformedSsh('the ECDSA curve is unknown');
    if (point[0] !== 4 || point.length % 2 !== 1)
      throw malformedSsh('the ECDSA point is not an uncompressed one');
    const half = (point.length - 1) / 2;
    return {
      kty: 'EC',
      crv,
      x: point.subarray(1, 1 + half).toString('base64url'),
      y: point.subarray(1 + half).toString('base64url'),
    };
  }
  throw malformedSsh('the key type is not supported');
}

/** The plain public key blob of a private or public key. */
export function encodePublicKey(key: KeyObject): Buffer {
  const jwk = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  const bytes = (field: string | undefined) => Buffer.from(field ?? '', 'base64url');
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') {
    return Buffer.concat([sshString('ssh-ed25519'), sshString(bytes(jwk.x))]);
  }
  if (jwk.kty === 'RSA') {
    return Buffer.concat([
      sshString('ssh-rsa'),
      sshString(mpintBytes(bytes(jwk.e))),
      sshString(mpintBytes(bytes(jwk.n))),
    ]);
  }
  const curve = [...curves].find(([, name]) => name === jwk.crv)?.[0];
  if (jwk.kty !== 'EC' || curve === undefined) throw malformedSsh('the key kind is not supported');
  const point = Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
  return Buffer.concat([sshString(`ecdsa-sha2-${curve}`), sshString(curve), sshString(point)]);
}

/** One line of the authorized_keys form, with the closing newline that Go writes. */
export function formatAuthorizedKey(blob: Uint8Array, comment = ''): string {
  const type = new SshReader(blob).text();
  return `${type} ${Buffer.from(blob).toString('base64')}${comment === '' ? '' : ` ${comment}`}\n`;
}

/** The blob of an authorized_keys line (options are not supported). */
export function parseAuthorizedKey(line: string): Buffer {
  const [type, encoded] = line.trim().split(/\s+/);
  if (!type || !encoded || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    throw malformedSsh('the key line is not one');
  const blob = Buffer.from(encoded, 'base64');
  if (new SshReader(blob).text() !== type)
    throw malformedSsh('the key line names another type than its content');
  return blob;
}

/** Value that goes inside an SSH signature blob (RFC 4253 6.6, RFC 5656 3.1.2). */
export function signSshValue(privateKey: KeyObject, signatureName: string, data: Uint8Array): Buffer {
  const scheme = signatureSchemes.get(signatureName);
  if (!scheme) throw malformedSsh('the signature kind is not supported');
  if (scheme.scalarBytes === undefined) return sign(scheme.hash, data, privateKey);
  const raw = sign(scheme.hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const r = raw.subarray(0, scheme.scalarBytes);
  const s = raw.subarray(scheme.scalarBytes);
  return Buffer.concat([sshString(mpintBytes(r)), sshString(mpintBytes(s))]);
}

/** A whole signature blob with the strongest name for the key. */
export function signSsh(privateKey: KeyObject, data: Uint8Array): Buffer {
  const name = signatureNameFor(new SshReader(encodePublicKey(privateKey)).text());
  return Buffer.concat([sshString(name), sshString(signSshValue(privateKey, name, data))]);
}

/**
 * Checks a signature blob made by the key of `keyBlob`. `allowedName` pins the signature name.
 * False for every kind of wrong signature; throws only on a malformed key.
 */
export function verifySsh(
  keyBlob: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
  allowedName?: string,
): boolean {
  const { type, key } = decodePublicKey(keyBlob);
  try {
    const reader = new SshReader(signature);
    const name = reader.text();
    const value = reader.bytes();
    reader.expectDone('signature');
    const scheme = signatureSchemes.get(name);
    if (!scheme || scheme.keyType !== type || (allowedName !== undefined && name !== allowedName))
      return false;
    if (scheme.scalarBytes === undefined) return verify(scheme.hash, data, key, value);
    const parts = new SshReader(value);
    const raw = Buffer.concat([
      padded(parts.bytes(), scheme.scalarBytes),
      padded(parts.bytes(), scheme.scalarBytes),
    ]);
    parts.expectDone('signature value');
    return verify(scheme.hash, data, { key, dsaEncoding: 'ieee-p1363' }, raw);
  } catch {
    return false;
  }
}

function padded(bytes: Uint8Array, length: number): Buffer {
  const trimmed = trimZeros(bytes);
  if (trimmed.length > length) throw malformedSsh('a number is too large');
  return Buffer.concat([Buffer.alloc(length - trimmed.length), trimmed]);
}
