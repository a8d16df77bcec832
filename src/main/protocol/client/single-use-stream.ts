import type { Client } from '@connectrpc/connect';
import { create } from '@bufbuild/protobuf';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  type AuthService,
  type UserSingleUseCertsRequest,
  UserSingleUseCertsRequestSchema,
} from '../codec/gen/auth/authservice_pb.js';
import type { MfaAuthenticateResponse } from '../codec/gen/auth/mfa_answer_pb.js';
import type { UserCertsInit } from './tunnel-certificate.ts';

/** The form of v11 to v14: request, challenge, answer and certificate on one stream (tunnels.md 2.3). */
export async function issueThroughStream(
  auth: Client<typeof AuthService>,
  init: UserCertsInit,
  answer: MfaAuthenticateResponse,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  let challenged: () => void = () => undefined;
  const challenge = new Promise<void>((resolve) => {
    challenged = resolve;
  });
  async function* requests(): AsyncGenerator<UserSingleUseCertsRequest> {
    yield create(UserSingleUseCertsRequestSchema, { request: { case: 'init', value: init } });
    await challenge;
    yield create(UserSingleUseCertsRequestSchema, { request: { case: 'mfaResponse', value: answer } });
  }
  try {
    const answers = auth.generateUserSingleUseCerts(requests(), signal ? { signal } : {});
    for await (const { response } of answers) {
      if (response.case === 'mfaChallenge') challenged();
      if (response.case === 'cert' && response.value.cert.case === 'tls') return response.value.cert.value;
    }
  } finally {
    challenged();
  }
  throw new AppError('answer-invalid', 'The cluster ended the request for a certificate without one.', {
    action: 'retry',
  });
}
