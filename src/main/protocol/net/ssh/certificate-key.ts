import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { algorithmsForBlobType, type CertificateAlgorithm } from '../../codec/ssh/algorithms.ts';
import { parseSshCertificate } from '../../codec/ssh/certificate.ts';
import { encodePublicKey, signSshValue } from '../../codec/ssh/keys.ts';
import type { SshIdentity } from './identity.ts';

export const certificateOf = Symbol('certificate of an ssh2 key object');

/** A key object that ssh2 takes as parsed and that shows a certificate instead of a plain key. */
export interface CertificateKey extends ParsedKey {
  readonly [certificateOf]: { readonly blob: Buffer; readonly algorithm: CertificateAlgorithm };
  sign(data: Buffer): Buffer;
}

type ParseKey = (data: string) => ParsedKey | Error;
let template: ParsedKey | undefined;

/**
 * ssh2 recognises its keys by private symbols; a child of any parsed key inherits them (ssh.md 5.1). All that ssh2 asks of
 * a key is overridden, so the template's own key is never used.
 */
function parsedTemplate(parseKey: ParseKey): ParsedKey {
  if (template) return template;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const parsed = parseKey(privateKey.export({ type: 'sec1', format: 'pem' }).toString());
  if (parsed instanceof Error) throw parsed;
  template = parsed;
  return parsed;
}

/** One key object per algorithm that fits the certificate (two for RSA), best first. */
export function certificateKeys(identity: SshIdentity, parseKey: ParseKey): CertificateKey[] {
  const certificate = parseSshCertificate(identity.certificate);
  if (!encodePublicKey(identity.privateKey).equals(certificate.publicKey)) {
    throw new AppError('internal', 'The SSH key does not belong to its certificate.');
  }
  const parent = parsedTemplate(parseKey);
  return algorithmsForBlobType(certificate.type).map((algorithm) =>
    derive(parent, identity.privateKey, certificate.blob, algorithm),
  );
}

function derive(
  parent: ParsedKey,
  privateKey: KeyObject,
  blob: Buffer,
  algorithm: CertificateAlgorithm,
): CertificateKey {
  return Object.create(parent, {
    type: { value: algorithm.name, enumerable: true, writable: true },
    [certificateOf]: { value: { blob, algorithm } },
    isPrivateKey: { value: () => true },
    getPublicSSH: { value: () => blob },
    getPrivatePEM: { value: () => '' },
    sign: { value: (data: Buffer) => signSshValue(privateKey, algorithm.signatureName, data) },
  }) as CertificateKey;
}
