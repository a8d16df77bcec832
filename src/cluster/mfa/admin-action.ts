import { fromJsonString } from '@bufbuild/protobuf';
import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import { MfaAuthenticateResponseSchema } from '../../main/protocol/codec/gen/auth/mfa_answer_pb.js';
import { denied } from '../refusal.ts';
import { answerOf } from './messages.ts';
import type { Mfa } from './mfa.ts';
import { scopes } from './version-rules.ts';

const needed = () => denied('admin-level API request requires MFA verification');

/** Administrative calls carry the answer in their metadata (auth-api.md 1.5). */
export async function requireAdminAction(mfa: Mfa, user: string, context: HandlerContext): Promise<void> {
  if (!mfa.asksForAdminActions) return;
  const header = context.requestHeader.get('mfa_challenge_response');
  if (header === null || header === '') throw needed();
  const answer = readAnswer(header);
  if (answer?.kind !== 'assertion') throw denied('access denied');
  try {
    await mfa.verify(user, answer, scopes.adminAction);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    throw error.rawMessage.includes('allows reuse') ? needed() : denied('access denied');
  }
}

function readAnswer(header: string) {
  try {
    const json = Buffer.from(header, 'base64').toString('utf8');
    return answerOf(fromJsonString(MfaAuthenticateResponseSchema, json, { ignoreUnknownFields: true }));
  } catch {
    return undefined;
  }
}
