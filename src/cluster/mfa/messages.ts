import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { MfaAuthenticateResponse } from '../../main/protocol/codec/gen/auth/mfa_answer_pb.js';
import type { MfaRegisterResponse } from '../../main/protocol/codec/gen/auth/mfa_devices_pb.js';
import { type MfaDevice, MfaDeviceSchema } from '../../main/protocol/codec/gen/types/mfa_device_pb.js';
import {
  type CredentialAssertion,
  CredentialAssertionSchema,
  type CredentialCreation,
  CredentialCreationSchema,
} from '../../main/protocol/codec/gen/webauthn/webauthn_pb.js';
import type { AssertionChallenge } from './ceremonies.ts';
import type { Device } from './devices.ts';
import type { Answer } from './mfa.ts';
import type { RegistrationAnswer } from './registrations.ts';
import { algorithms, challengeTimeoutMs } from './webauthn.ts';

const bytesOf = (base64url: string) => new Uint8Array(Buffer.from(base64url, 'base64url'));
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64url');

export function toAssertion(challenge: AssertionChallenge): CredentialAssertion {
  return create(CredentialAssertionSchema, {
    publicKey: {
      challenge: bytesOf(challenge.challenge),
      timeoutMs: BigInt(challengeTimeoutMs),
      rpId: challenge.rpId,
      allowCredentials: (challenge.devices ?? []).map((device) => ({
        type: 'public-key',
        id: bytesOf(device.credentialId),
      })),
      userVerification: challenge.devices ? 'discouraged' : 'required',
    },
  });
}

export interface CreationChallenge {
  readonly challenge: string;
  readonly isPasskey: boolean;
  readonly rpId: string;
  readonly user: string;
  readonly handle: string;
  /** Devices that the user has already. */
  readonly excluded: readonly Device[];
}

export function toCreation(challenge: CreationChallenge): CredentialCreation {
  return create(CredentialCreationSchema, {
    publicKey: {
      challenge: bytesOf(challenge.challenge),
      rp: { id: challenge.rpId, name: 'Teleport' },
      user: { id: Buffer.from(challenge.handle), name: challenge.user, displayName: challenge.user },
      credentialParameters: algorithms.map((alg) => ({ type: 'public-key', alg })),
      timeoutMs: BigInt(challengeTimeoutMs),
      excludeCredentials: challenge.excluded.flatMap((device) =>
        device.kind === 'webauthn' ? [{ type: 'public-key', id: bytesOf(device.credentialId) }] : [],
      ),
      attestation: 'none',
      extensions: { credProps: true },
      authenticatorSelection: {
        requireResidentKey: challenge.isPasskey,
        userVerification: challenge.isPasskey ? 'required' : 'discouraged',
      },
    },
  });
}

/** Undefined when the message holds no answer of a known kind. */
export function answerOf(message: MfaAuthenticateResponse | undefined): Answer | undefined {
  const response = message?.response;
  if (response?.case === 'totp') return { kind: 'code', code: response.value.code };
  if (response?.case !== 'webauthn') return undefined;
  const { rawId, response: inner } = response.value;
  return {
    kind: 'assertion',
    assertion: {
      credentialId: textOf(rawId),
      clientDataJson: textOf(inner?.clientDataJson),
      authenticatorData: textOf(inner?.authenticatorData),
      signature: textOf(inner?.signature),
      userHandle: textOf(inner?.userHandle),
    },
  };
}

export function registrationOf(message: MfaRegisterResponse | undefined): RegistrationAnswer | undefined {
  const response = message?.response;
  if (response?.case === 'totp') return { kind: 'totp', id: response.value.id, code: response.value.code };
  if (response?.case !== 'webauthn') return undefined;
  const { rawId, response: inner } = response.value;
  return {
    kind: 'webauthn',
    attestation: {
      credentialId: textOf(rawId),
      clientDataJson: textOf(inner?.clientDataJson),
      attestationObject: textOf(inner?.attestationObject),
    },
  };
}

export function toDevice(device: Device, rpId: string): MfaDevice {
  return create(MfaDeviceSchema, {
    kind: 'mfa_device',
    version: 'v1',
    metadata: { name: device.name, namespace: 'default' },
    id: device.id,
    addedAt: timestampFromMs(device.addedMs),
    lastUsed: timestampFromMs(device.lastUsedMs),
    device:
      device.kind === 'totp'
        ? { case: 'totp', value: {} }
        : {
            case: 'webauthn',
            value: {
              credentialId: bytesOf(device.credentialId),
              publicKeyCbor: new Uint8Array(Buffer.from(device.publicKey, 'base64')),
              attestationType: device.attestationType,
              residentKey: device.isPasskey,
              credentialRpId: rpId,
            },
          },
  });
}
