import { create } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { X509Certificate } from 'node:crypto';
import { AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import { MfaAuthenticateResponseSchema } from '../codec/gen/auth/mfa_answer_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { callError } from './auth-connection.ts';
import { type SecondFactorAnswer, toAnswerMessage } from './second-factor-answer.ts';
import { answerError } from './second-factor-api.ts';
import { issueThroughStream, lastMajorWithStream } from './single-use-stream.ts';
import {
  appFields,
  certsRequest,
  makeTunnelKey,
  singleUsePurpose,
  type TunnelCertificate,
  type TunnelRoute,
} from './tunnel-certificate.ts';

const firstMajorWithAppFactors = 16;
const firstMajorWithoutAppSessions = 16;

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
      const failure = callError(error);
      throw answer ? answerError(failure) : failure.error;
    }
  }

  async #issueWithAnswer(
    identity: AccountIdentity,
    request: ReturnType<typeof certsRequest>,
    answer: SecondFactorAnswer,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    if (majorOf(identity.serverVersion) <= lastMajorWithStream) {
      try {
        return await issueThroughStream(this.#auth, request, answer, 'tls', signal);
      } catch (error) {
        if (isAppError(error) || callError(error).status !== grpcCode.unimplemented) throw error;
      }
    }
    const mfaResponse = create(MfaAuthenticateResponseSchema, await toAnswerMessage(answer));
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

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('answer-invalid', 'The cluster sent a certificate that cannot be used.', { cause });
  }
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {};
}
