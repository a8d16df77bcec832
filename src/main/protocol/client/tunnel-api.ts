import { create } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { X509Certificate } from 'node:crypto';
import { AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { AuthService, type MfaAuthenticateChallenge } from '../codec/gen/auth/authservice_pb.js';
import {
  type MfaAuthenticateResponse,
  MfaAuthenticateResponseSchema,
} from '../codec/gen/auth/mfa_answer_pb.js';
import type { CredentialAssertionResponse } from '../codec/gen/webauthn/webauthn_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { callError } from './auth-connection.ts';
import { issueThroughStream } from './single-use-stream.ts';
import {
  appFields,
  certsRequest,
  makeTunnelKey,
  singleUsePurpose,
  type TunnelCertificate,
  type TunnelRoute,
} from './tunnel-certificate.ts';

/** What a person answered to a challenge. */
export type SecondFactorAnswer =
  | { readonly kind: 'one-time-code'; readonly code: string }
  | { readonly kind: 'security-key'; readonly response: CredentialAssertionResponse };

const firstMajorWithAppFactors = 16;
const firstMajorWithoutAppSessions = 16;
const lastMajorWithStream = 14;
/** 18.0.0 refuses codes for tunnels although it offers them (auth-api.md 8). */
const firstMajorWithoutCodes = 18;
const userSessionScope = 6;
const noReuse = 2;

/** Certificates of tunnels (auth-api.md 7 to 9). Every failure is a coded error. */
export class TunnelApi {
  readonly #auth: Client<typeof AuthService>;

  constructor(transport: Transport) {
    this.#auth = createClient(AuthService, transport);
  }

  /** A "no" says nothing about whether the target exists or may be used. */
  async isSecondFactorRequired(
    identity: AccountIdentity,
    route: TunnelRoute,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (route.kind === 'app' && majorOf(identity.serverVersion) < firstMajorWithAppFactors) return false;
    try {
      const answer = await this.#auth.isMFARequired({ target: targetOf(identity, route) }, options(signal));
      return answer.required;
    } catch (error) {
      throw callError(error).error;
    }
  }

  /** A challenge of the person's devices, for tunnels to come. A newer one voids it (auth-api.md 8). */
  async challenge(
    identity: AccountIdentity,
    signal?: AbortSignal,
  ): Promise<{ readonly oneTimeCode: boolean; readonly challenge: MfaAuthenticateChallenge }> {
    try {
      const challenge = await this.#auth.createAuthenticateChallenge(
        {
          request: { case: 'contextUser', value: {} },
          challengeExtensions: { scope: userSessionScope, allowReuse: noReuse },
        },
        options(signal),
      );
      const takesCodes = majorOf(identity.serverVersion) < firstMajorWithoutCodes;
      return { oneTimeCode: takesCodes && challenge.totp !== undefined, challenge };
    } catch (error) {
      throw callError(error).error;
    }
  }

  /** A certificate with a new key. Throws `code-wrong` when the answer was refused. */
  async issue(
    identity: AccountIdentity,
    route: TunnelRoute,
    answer?: SecondFactorAnswer,
    signal?: AbortSignal,
  ): Promise<TunnelCertificate> {
    const key = makeTunnelKey();
    try {
      const request = certsRequest(identity, route, key, await this.#appSession(identity, route, signal));
      const pem = answer
        ? await this.#issueWithAnswer(identity, request, answer, signal)
        : (await this.#auth.generateUserCerts(request, options(signal))).tls;
      const certificate = Buffer.from(pem).toString('utf8');
      const parsed = readCertificate(certificate);
      if (!parsed.checkPrivateKey(key))
        throw new AppError('answer-invalid', 'The cluster sent a certificate for another key.');
      return {
        key,
        certificate,
        validFrom: parsed.validFromDate,
        validUntil: parsed.validToDate,
        issuedAt: Date.now(),
        hasSecondFactor: answer !== undefined,
      };
    } catch (error) {
      if (isAppError(error)) throw error;
      const { error: coded } = callError(error);
      throw answer ? answerError(coded) : coded;
    }
  }

  async #issueWithAnswer(
    identity: AccountIdentity,
    request: ReturnType<typeof certsRequest>,
    answer: SecondFactorAnswer,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const mfaResponse = toResponse(answer);
    if (majorOf(identity.serverVersion) <= lastMajorWithStream) {
      try {
        return await issueThroughStream(this.#auth, request, mfaResponse, signal);
      } catch (error) {
        if (isAppError(error) || callError(error).status !== grpcCode.unimplemented) throw error;
      }
    }
    const certs = await this.#auth.generateUserCerts(
      { ...request, mfaResponse, purpose: singleUsePurpose },
      options(signal),
    );
    return certs.tls;
  }

  /** Before v16 a session is made first; its id goes into the certificate (tunnels.md 5.2). */
  async #appSession(identity: AccountIdentity, route: TunnelRoute, signal: AbortSignal | undefined) {
    if (route.kind !== 'app' || majorOf(identity.serverVersion) >= firstMajorWithoutAppSessions) return '';
    const { publicAddr, clusterName } = appFields(identity, route);
    const { session } = await this.#auth.createAppSession(
      { username: identity.userName, publicAddr, clusterName },
      options(signal),
    );
    const id = session?.metadata?.name ?? '';
    if (id === '') throw new AppError('answer-invalid', 'The cluster made no session for this app.');
    return id;
  }
}

function targetOf(identity: AccountIdentity, route: TunnelRoute) {
  switch (route.kind) {
    case 'database':
      return {
        case: 'database' as const,
        value: { serviceName: route.name, protocol: route.protocol, username: route.userName },
      };
    case 'app':
      return { case: 'app' as const, value: appFields(identity, route) };
    case 'kubernetes':
      return { case: 'kubernetesCluster' as const, value: route.name };
  }
}

function toResponse(answer: SecondFactorAnswer): MfaAuthenticateResponse {
  return create(MfaAuthenticateResponseSchema, {
    response:
      answer.kind === 'one-time-code'
        ? { case: 'totp', value: { code: answer.code } }
        : { case: 'webauthn', value: answer.response },
  });
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('answer-invalid', 'The cluster sent a certificate that cannot be used.', { cause });
  }
}

function answerError(error: AppError): AppError {
  const text = `${error.reason ?? ''} ${error.detail ?? ''}`;
  if (/not satisfied by OTP/i.test(text)) return codesNotTaken(error);
  if (/totp|otp |one-?time|MFA response validation|token already used|invalid.*(token|code)/i.test(text)) {
    return new AppError('code-wrong', 'The cluster refused this answer.', {
      reason: error.reason,
      advice: 'Try again with the code that is shown now.',
      action: 'edit-input',
      detail: error.detail,
      cause: error,
    });
  }
  return error;
}

export function codesNotTaken(cause?: AppError): AppError {
  return new AppError('second-factor-unusable', 'This cluster takes no one-time codes for tunnels.', {
    reason: 'It asks for a security key for each session.',
    advice: 'Ask an administrator whether your role can do without, or add a security key to your user.',
    detail: cause?.detail,
    cause,
  });
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {};
}
