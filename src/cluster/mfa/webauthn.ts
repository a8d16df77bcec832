import { randomBytes } from 'node:crypto';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { WebauthnDevice } from './devices.ts';

export const challengeTimeoutMs = 300_000;
/** COSE algorithms in the order in which a real server offers them (fixtures of login.md 2.6). */
export const algorithms = [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8];

/** An assertion as browsers give it; binary fields in base64url without padding. */
export interface Assertion {
  readonly credentialId: string;
  readonly clientDataJson: string;
  readonly authenticatorData: string;
  readonly signature: string;
  /** Empty when the authenticator names no user. */
  readonly userHandle: string;
}

export interface Attestation {
  readonly credentialId: string;
  readonly clientDataJson: string;
  readonly attestationObject: string;
}

export type Verdict = 'ok' | 'wrong-challenge' | 'wrong-signature' | 'refused';

export function newChallenge(): string {
  return randomBytes(32).toString('base64url');
}

/** The challenge and the origin that the authenticator has signed; undefined when they cannot be read. */
export function clientDataOf(
  clientDataJson: string,
): { readonly challenge: string; readonly origin: string } | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'));
    if (typeof data !== 'object' || data === null) return undefined;
    const { challenge, origin } = data as Record<string, unknown>;
    return typeof challenge === 'string' && typeof origin === 'string' ? { challenge, origin } : undefined;
  } catch {
    return undefined;
  }
}

/** Origins of the relying party are its host and all hosts below; ports do not count (login.md 2.6). */
export function isOriginOf(origin: string, rpId: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' && (hostname === rpId || hostname.endsWith(`.${rpId}`));
}

/** Judges an answer to a challenge. A signature counter that went back is no reason to refuse, as on a real server. */
export async function verifyAssertion(
  assertion: Assertion,
  expected: { readonly challenge: string; readonly rpId: string; readonly needsVerification: boolean },
  device: WebauthnDevice,
): Promise<Verdict> {
  const data = clientDataOf(assertion.clientDataJson);
  if (data?.challenge !== expected.challenge) return 'wrong-challenge';
  if (!isOriginOf(data.origin, expected.rpId)) return 'refused';
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id: assertion.credentialId,
        rawId: assertion.credentialId,
        type: 'public-key',
        response: {
          clientDataJSON: assertion.clientDataJson,
          authenticatorData: assertion.authenticatorData,
          signature: assertion.signature,
          ...(assertion.userHandle === '' ? {} : { userHandle: assertion.userHandle }),
        },
        clientExtensionResults: {},
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: data.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: expected.needsVerification,
      credential: {
        id: device.credentialId,
        publicKey: new Uint8Array(Buffer.from(device.publicKey, 'base64')),
        counter: 0,
      },
    });
    return verified ? 'ok' : 'wrong-signature';
  } catch {
    return 'refused';
  }
}

export type NewCredential = Pick<WebauthnDevice, 'credentialId' | 'publicKey' | 'aaguid' | 'attestationType'>;

/** The credential of a registration; undefined when anything of it is wrong. */
export async function verifyAttestation(
  attestation: Attestation,
  expected: { readonly challenge: string; readonly rpId: string; readonly needsVerification: boolean },
): Promise<NewCredential | undefined> {
  const data = clientDataOf(attestation.clientDataJson);
  if (data?.challenge !== expected.challenge || !isOriginOf(data.origin, expected.rpId)) return undefined;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id: attestation.credentialId,
        rawId: attestation.credentialId,
        type: 'public-key',
        response: {
          clientDataJSON: attestation.clientDataJson,
          attestationObject: attestation.attestationObject,
        },
        clientExtensionResults: {},
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: data.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: expected.needsVerification,
      supportedAlgorithmIDs: algorithms,
    });
    if (!verified) return undefined;
    return {
      credentialId: registrationInfo.credential.id,
      publicKey: Buffer.from(registrationInfo.credential.publicKey).toString('base64'),
      aaguid: registrationInfo.aaguid,
      attestationType: registrationInfo.fmt,
    };
  } catch {
    return undefined;
  }
}
