import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { parseSshCertificateLine, type SshCertificate } from './ssh/certificate.ts';
import { parseUserTlsCertificate } from './tls/user-certificate.ts';
import type { HostAuthority } from './web/answers.ts';

/** All that one account of one cluster may do, with the keys that prove it. Stays in the main process. */
export interface AccountIdentity {
  readonly userName: string;
  readonly clusterName: string;
  readonly serverVersion: string;
  readonly sshKey: KeyObject;
  readonly sshCertificate: SshCertificate;
  readonly tlsKey: KeyObject;
  /** PEM. */
  readonly tlsCertificate: string;
  readonly authorities: readonly HostAuthority[];
  /** The certificates of the sign-in for the same keys, while those above carry assumed requests. */
  readonly plain?: { readonly sshCertificate: SshCertificate; readonly tlsCertificate: string } | undefined;
}

export interface IdentityFacts {
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly roles: readonly string[];
  /** Without Teleport's internal ones, which start with a dash. */
  readonly logins: readonly string[];
}

export function factsOf(identity: AccountIdentity): IdentityFacts {
  const tls = certificateOf(identity);
  const sshEnd = Number(identity.sshCertificate.validBefore) * 1000;
  return {
    validFrom: tls.validFrom,
    validUntil: new Date(Math.min(tls.validUntil.getTime(), sshEnd)),
    roles: tls.roles,
    logins: identity.sshCertificate.principals.filter((principal) => !principal.startsWith('-')),
  };
}

/** Ids of the access requests that the certificate carries, oldest first. */
export function activeRequestsOf(identity: AccountIdentity): readonly string[] {
  return certificateOf(identity).activeRequests;
}

/** Identities do not change, and every call and every row of a list asks for what their certificate says. */
const certificates = new WeakMap<AccountIdentity, ReturnType<typeof parseUserTlsCertificate>>();

function certificateOf(identity: AccountIdentity): ReturnType<typeof parseUserTlsCertificate> {
  const known = certificates.get(identity);
  if (known) return known;
  const certificate = parseUserTlsCertificate(identity.tlsCertificate);
  certificates.set(identity, certificate);
  return certificate;
}

/** The identity as it was signed in with, without assumed requests. */
export function plainIdentity(identity: AccountIdentity): AccountIdentity {
  const { plain, ...rest } = identity;
  return plain ? { ...rest, ...plain } : identity;
}

const Stored = z.object({
  format: z.literal(1),
  serverVersion: z.string(),
  sshKey: z.string(),
  sshCertificate: z.string(),
  tlsKey: z.string(),
  tlsCertificate: z.string(),
  plain: z.object({ sshCertificate: z.string(), tlsCertificate: z.string() }).optional(),
  authorities: z.array(
    z.object({ clusterName: z.string(), sshKeys: z.array(z.string()), tlsCertificates: z.array(z.string()) }),
  ),
});

/** The form that is sealed and stored. It holds private keys. */
export function serializeIdentity(identity: AccountIdentity): string {
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return JSON.stringify({
    format: 1,
    serverVersion: identity.serverVersion,
    sshKey: pem(identity.sshKey),
    sshCertificate: certificateLine(identity.sshCertificate),
    tlsKey: pem(identity.tlsKey),
    tlsCertificate: identity.tlsCertificate,
    ...(identity.plain
      ? {
          plain: {
            sshCertificate: certificateLine(identity.plain.sshCertificate),
            tlsCertificate: identity.plain.tlsCertificate,
          },
        }
      : {}),
    authorities: identity.authorities.map((one) => ({
      clusterName: one.clusterName,
      sshKeys: [...one.sshKeys],
      tlsCertificates: [...one.tlsCertificates],
    })),
  } satisfies z.input<typeof Stored>);
}

function certificateLine(certificate: SshCertificate): string {
  return `${certificate.type} ${certificate.blob.toString('base64')}`;
}

/** Throws `store-damaged` on anything that `serializeIdentity` did not write. */
export function parseIdentity(text: string): AccountIdentity {
  try {
    const stored = Stored.parse(JSON.parse(text));
    const sshCertificate = parseSshCertificateLine(stored.sshCertificate);
    const { userName, clusterName } = parseUserTlsCertificate(stored.tlsCertificate);
    return {
      userName,
      clusterName,
      serverVersion: stored.serverVersion,
      sshKey: createPrivateKey(stored.sshKey),
      sshCertificate,
      tlsKey: createPrivateKey(stored.tlsKey),
      tlsCertificate: stored.tlsCertificate,
      authorities: stored.authorities,
      ...(stored.plain
        ? {
            plain: {
              sshCertificate: parseSshCertificateLine(stored.plain.sshCertificate),
              tlsCertificate: stored.plain.tlsCertificate,
            },
          }
        : {}),
    };
  } catch (cause) {
    throw new AppError('store-damaged', 'A stored sign-in cannot be read.', {
      advice: 'Sign in again.',
      action: 'sign-in',
      cause,
    });
  }
}
