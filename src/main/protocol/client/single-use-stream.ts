import { create } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  type AuthService,
  type SingleUseUserCert,
  type UserSingleUseCertsRequest,
  UserSingleUseCertsRequestSchema,
} from '../codec/gen/auth/authservice_pb.js';
import {
  type MfaAuthenticateResponse,
  MfaAuthenticateResponseSchema,
} from '../codec/gen/auth/mfa_answer_pb.js';
import { toAssertionChallenge } from '../codec/webauthn.ts';
import { type SecondFactorAnswer, toAnswerMessage } from './second-factor-answer.ts';
import type { UserCertsInit } from './tunnel-certificate.ts';

export const lastMajorWithStream = 14;
/** A person has the time of the server's challenge to touch the key, and a little more for the way. */
const streamTimeoutMs = 330_000;

/**
 * The form of v11 to v14: request, challenge, answer and certificate on one stream (tunnels.md 2.3). A security key signs
 * the stream's own challenge, which voids all older ones.
 */
export async function issueThroughStream(
  auth: Client<typeof AuthService>,
  init: UserCertsInit,
  answer: SecondFactorAnswer,
  kind: 'ssh' | 'tls',
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const answered = Promise.withResolvers<MfaAuthenticateResponse | undefined>();
  async function* requests(): AsyncGenerator<UserSingleUseCertsRequest> {
    yield create(UserSingleUseCertsRequestSchema, { request: { case: 'init', value: init } });
    const message = await answered.promise;
    if (message)
      yield create(UserSingleUseCertsRequestSchema, { request: { case: 'mfaResponse', value: message } });
  }
  try {
    const answers = auth.generateUserSingleUseCerts(requests(), {
      timeoutMs: streamTimeoutMs,
      ...(signal ? { signal } : {}),
    });
    for await (const { response } of answers) {
      if (response.case === 'mfaChallenge') {
        const { webauthnChallenge } = response.value;
        const challenge = webauthnChallenge && toAssertionChallenge(webauthnChallenge);
        const message = await toAnswerMessage(answer, challenge);
        answered.resolve(create(MfaAuthenticateResponseSchema, message));
      }
      if (response.case === 'cert') {
        const line = certificateOf(response.value, kind);
        if (line) return line;
      }
    }
  } finally {
    answered.resolve(undefined);
  }
  throw new AppError('answer-invalid', 'The cluster ended the request for a certificate without one.', {
    action: 'retry',
  });
}

function certificateOf({ cert }: SingleUseUserCert, kind: 'ssh' | 'tls'): Uint8Array | undefined {
  return cert.case === kind ? cert.value : undefined;
}
