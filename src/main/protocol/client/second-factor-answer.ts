import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MfaAuthenticateResponseSchema } from '../codec/gen/auth/mfa_answer_pb.js';
import { type AssertionAnswer, type AssertionChallenge, toAssertionMessage } from '../codec/webauthn.ts';

export type SecondFactorAnswer =
  | { readonly kind: 'one-time-code'; readonly code: string }
  | {
      readonly kind: 'security-key';
      /** Lets the key sign this challenge, or the one that the question was about. Each call asks the person for a touch. */
      readonly sign: (challenge?: AssertionChallenge) => Promise<AssertionAnswer>;
    };

type AnswerMessage = MessageInitShape<typeof MfaAuthenticateResponseSchema>;

/** `challenge`: one that came with the call itself. */
export async function toAnswerMessage(
  answer: SecondFactorAnswer,
  challenge?: AssertionChallenge,
): Promise<AnswerMessage> {
  return answer.kind === 'one-time-code'
    ? { response: { case: 'totp', value: { code: answer.code } } }
    : { response: { case: 'webauthn', value: toAssertionMessage(await answer.sign(challenge)) } };
}
