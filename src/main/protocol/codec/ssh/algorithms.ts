// Names of ssh.md 4.1: the algorithm, the type inside the blob and the name inside a signature differ for certificates.

const suffix = '-cert-v01@openssh.com';

export interface CertificateType {
  readonly plainType: string;
  /** How many strings the public key has. */
  readonly keyFields: number;
}

/** By the type that a certificate blob starts with. */
export const certificateTypes: ReadonlyMap<string, CertificateType> = new Map([
  [`ssh-ed25519${suffix}`, { plainType: 'ssh-ed25519', keyFields: 1 }],
  [`ecdsa-sha2-nistp256${suffix}`, { plainType: 'ecdsa-sha2-nistp256', keyFields: 2 }],
  [`ecdsa-sha2-nistp384${suffix}`, { plainType: 'ecdsa-sha2-nistp384', keyFields: 2 }],
  [`ecdsa-sha2-nistp521${suffix}`, { plainType: 'ecdsa-sha2-nistp521', keyFields: 2 }],
  [`ssh-rsa${suffix}`, { plainType: 'ssh-rsa', keyFields: 2 }],
]);

export interface CertificateAlgorithm {
  readonly name: string;
  readonly blobType: string;
  readonly signatureName: string;
}

/** What may be negotiated for host keys and used for users, best first. SHA-1 is not among them. */
export const certificateAlgorithms: readonly CertificateAlgorithm[] = [
  { name: `ssh-ed25519${suffix}`, blobType: `ssh-ed25519${suffix}`, signatureName: 'ssh-ed25519' },
  ...['256', '384', '521'].map((bits) => ({
    name: `ecdsa-sha2-nistp${bits}${suffix}`,
    blobType: `ecdsa-sha2-nistp${bits}${suffix}`,
    signatureName: `ecdsa-sha2-nistp${bits}`,
  })),
  { name: `rsa-sha2-512${suffix}`, blobType: `ssh-rsa${suffix}`, signatureName: 'rsa-sha2-512' },
  { name: `rsa-sha2-256${suffix}`, blobType: `ssh-rsa${suffix}`, signatureName: 'rsa-sha2-256' },
];

export function certificateAlgorithm(name: string): CertificateAlgorithm | undefined {
  return certificateAlgorithms.find((algorithm) => algorithm.name === name);
}

/** Certificate algorithms that a certificate of this blob type can be used with, best first. */
export function algorithmsForBlobType(blobType: string): readonly CertificateAlgorithm[] {
  return certificateAlgorithms.filter((algorithm) => algorithm.blobType === blobType);
}

export function certificateTypeOf(plainType: string): string {
  return `${plainType}${suffix}`;
}

export interface SignatureScheme {
  readonly keyType: string;
  /** Digest of node:crypto, `null` where the scheme brings its own. */
  readonly hash: string | null;
  /** Bytes of r and of s, for ECDSA only. */
  readonly scalarBytes?: number;
}

export const signatureSchemes: ReadonlyMap<string, SignatureScheme> = new Map<string, SignatureScheme>([
  ['ssh-ed25519', { keyType: 'ssh-ed25519', hash: null }],
  ['ecdsa-sha2-nistp256', { keyType: 'ecdsa-sha2-nistp256', hash: 'sha256', scalarBytes: 32 }],
  ['ecdsa-sha2-nistp384', { keyType: 'ecdsa-sha2-nistp384', hash: 'sha384', scalarBytes: 48 }],
  ['ecdsa-sha2-nistp521', { keyType: 'ecdsa-sha2-nistp521', hash: 'sha512', scalarBytes: 66 }],
  ['rsa-sha2-512', { keyType: 'ssh-rsa', hash: 'sha512' }],
  ['rsa-sha2-256', { keyType: 'ssh-rsa', hash: 'sha256' }],
]);

/** The strongest signature name for a plain key type. */
export function signatureNameFor(keyType: string): string {
  return keyType === 'ssh-rsa' ? 'rsa-sha2-512' : keyType;
}
