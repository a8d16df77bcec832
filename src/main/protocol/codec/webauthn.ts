import type { MessageInitShape } from '@bufbuild/protobuf';
import { toJsonString, create } from '@bufbuild/protobuf';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MfaAuthenticateResponseSchema } from './gen/auth/mfa_answer_pb.js';
import type {
  CredentialAssertion,
  CredentialAssertionResponseSchema,
  CredentialCreation,
  CredentialCreationResponseSchema,
} from './gen/webauthn/webauthn_pb.js';

/** What a server asks a key to sign; the form of every way it arrives. */
export interface AssertionChallenge {
  readonly challenge: Uint8Array;
  readonly timeoutMs: number;
  readonly rpId: string;
  readonly allowCredentials: readonly Uint8Array[];
  readonly userVerification: 'required' | 'preferred' | 'discouraged';
  readonly appId?: string | undefined;
}

export interface AssertionAnswer {
  readonly credentialId: Uint8Array;
  readonly clientDataJson: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  readonly userHandle: Uint8Array;
  readonly usedAppId: boolean;
}

export interface CreationChallenge {
  readonly challenge: Uint8Array;
  readonly timeoutMs: number;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: Uint8Array; readonly name: string; readonly displayName: string };
  readonly algorithms: readonly number[];
  readonly excludeCredentials: readonly Uint8Array[];
  readonly attestation: string;
  readonly residentKey: boolean;
  readonly userVerification: 'required' | 'preferred' | 'discouraged';
}

export interface CreationAnswer {
  readonly credentialId: Uint8Array;
  readonly clientDataJson: Uint8Array;
  readonly attestationObject: Uint8Array;
  readonly isResident: boolean | undefined;
}

const defaultTimeoutMs = 300_000;
const longestTimeoutMs = 600_000;
const shortestChallenge = 16;

/** The gRPC form (auth-api.md 8). */
export function toAssertionChallenge(message: CredentialAssertion): AssertionChallenge {
  const key = message.publicKey;
  if (!key) throw invalid();
  return checkedChallenge({
    challenge: key.challenge,
    timeoutMs: timeoutOf(Number(key.timeoutMs)),
    rpId: key.rpId,
    allowCredentials: key.allowCredentials.map((one) => one.id),
    userVerification: verificationOf(key.userVerification),
    appId: key.extensions?.appId || undefined,
  });
}

export function toAssertionMessage(
  answer: AssertionAnswer,
): MessageInitShape<typeof CredentialAssertionResponseSchema> {
  return {
    type: 'public-key',
    rawId: answer.credentialId,
    response: {
      clientDataJson: answer.clientDataJson,
      authenticatorData: answer.authenticatorData,
      signature: answer.signature,
      userHandle: answer.userHandle,
    },
    ...(answer.usedAppId ? { extensions: { appId: true } } : {}),
  };
}

export function toCreationChallenge(message: CredentialCreation): CreationChallenge {
  const key = message.publicKey;
  if (!key?.rp || !key.user || key.challenge.length < shortestChallenge || key.rp.id === '') throw invalid();
  return {
    challenge: key.challenge,
    timeoutMs: timeoutOf(Number(key.timeoutMs)),
    rp: { id: key.rp.id, name: key.rp.name || key.rp.id },
    user: { id: key.user.id, name: key.user.name, displayName: key.user.displayName || key.user.name },
    algorithms: key.credentialParameters.map((one) => one.alg),
    excludeCredentials: key.excludeCredentials.map((one) => one.id),
    attestation: key.attestation,
    residentKey: key.authenticatorSelection?.requireResidentKey ?? false,
    userVerification: verificationOf(key.authenticatorSelection?.userVerification ?? ''),
  };
}

export function toCreationMessage(
  answer: CreationAnswer,
): MessageInitShape<typeof CredentialCreationResponseSchema> {
  return {
    type: 'public-key',
    rawId: answer.credentialId,
    response: { clientDataJson: answer.clientDataJson, attestationObject: answer.attestationObject },
    ...(answer.isResident === undefined ? {} : { extensions: { credProps: { rk: answer.isResident } } }),
  };
}

/** Metadata of an administrative call: base64 of the JSON form (auth-api.md 1.5). */
export function toMfaHeader(response: MessageInitShape<typeof MfaAuthenticateResponseSchema>): string {
  const json = toJsonString(MfaAuthenticateResponseSchema, create(MfaAuthenticateResponseSchema, response));
  return Buffer.from(json).toString('base64');
}

const base64 = z
  .string()
  .max(10_000)
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const LoginChallenge = z.object({
  publicKey: z.object({
    challenge: base64,
    timeout: z.number().nullish(),
    rpId: z.string().min(1).max(500),
    allowCredentials: z
      .array(z.object({ id: base64 }))
      .max(1_000)
      .nullish(),
    userVerification: z.string().max(100).nullish(),
    extensions: z.object({ appid: z.string().max(2_000).nullish() }).nullish(),
  }),
});

/** The JSON form of the web API (login.md 2.6). Throws `answer-invalid`. */
export function parseLoginAssertion(value: unknown): AssertionChallenge {
  const parsed = LoginChallenge.safeParse(value);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const { publicKey } = parsed.data;
  return checkedChallenge({
    challenge: publicKey.challenge,
    timeoutMs: timeoutOf(publicKey.timeout ?? 0),
    rpId: publicKey.rpId,
    allowCredentials: publicKey.allowCredentials?.map((one) => one.id) ?? [],
    userVerification: verificationOf(publicKey.userVerification ?? ''),
    appId: publicKey.extensions?.appid || undefined,
  });
}

/** Base64url without padding in every field, as the web API wants it. */
export function toLoginAssertion(answer: AssertionAnswer): Record<string, unknown> {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return {
    id: text(answer.credentialId),
    type: 'public-key',
    rawId: text(answer.credentialId),
    response: {
      authenticatorData: text(answer.authenticatorData),
      clientDataJSON: text(answer.clientDataJson),
      signature: text(answer.signature),
      userHandle: text(answer.userHandle),
    },
    ...(answer.usedAppId ? { extensions: { appid: true } } : {}),
  };
}

function checkedChallenge(challenge: AssertionChallenge): AssertionChallenge {
  if (challenge.challenge.length < shortestChallenge || challenge.rpId === '') throw invalid();
  return challenge;
}

function timeoutOf(ms: number): number {
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, longestTimeoutMs) : defaultTimeoutMs;
}

function verificationOf(text: string): AssertionChallenge['userVerification'] {
  return text === 'required' || text === 'preferred' ? text : 'discouraged';
}

function invalid(detail?: string): AppError {
  return new AppError(
    'answer-invalid',
    'The cluster asked for a security key in a way that cannot be read.',
    {
      detail,
    },
  );
}
