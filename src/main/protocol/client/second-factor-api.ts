import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { AppError } from '../../../shared/errors/app-error.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import { type AccountIdentity, factsOf } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { parseSshCertificateLine, type SshCertificate } from '../codec/ssh/certificate.ts';
import { encodePublicKey, formatAuthorizedKey } from '../codec/ssh/keys.ts';
import { fromDate } from '../codec/timestamp.ts';
import { type AssertionChallenge, toAssertionChallenge } from '../codec/webauthn.ts';
import { callError } from './auth-connection.ts';
import { type SecondFactorAnswer, toAnswerMessage } from './second-factor-answer.ts';
import { issueThroughStream, lastMajorWithStream } from './single-use-stream.ts';

/** What a challenge is for; answers to one are refused for another (auth-api.md 8). */
export const challengeScopes = { devices: 4, session: 6, admin: 7 } as const;
export type ChallengeScope = keyof typeof challengeScopes;

export interface SecondFactorChallenge {
  readonly oneTimeCode: boolean;
  readonly securityKey: AssertionChallenge | undefined;
}

const noReuse = 2;
const usageSsh = 1;
const singleUse = 2;
const firstMajorWithTwoKeys = 17;

/** Challenges and single-use SSH certificates (auth-api.md 8). Every failure is a coded error. */
export class SecondFactorApi {
  readonly #auth: Client<typeof AuthService>;

  constructor(transport: Transport) {
    this.#auth = createClient(AuthService, transport);
  }

  /** Voids every older challenge of this user. */
  async challenge(scope: ChallengeScope, signal?: AbortSignal): Promise<SecondFactorChallenge> {
    try {
      const challenge = await this.#auth.createAuthenticateChallenge(
        {
          request: { case: 'contextUser', value: {} },
          challengeExtensions: { scope: challengeScopes[scope], allowReuse: noReuse },
        },
        options(signal),
      );
      return {
        oneTimeCode: challenge.totp !== undefined,
        securityKey: challenge.webauthnChallenge && toAssertionChallenge(challenge.webauthnChallenge),
      };
    } catch (error) {
      throw error instanceof AppError ? error : callError(error).error;
    }
  }

  /** Whether a shell with this login asks for a second factor. A "no" says nothing about the server's existence. */
  async isNeededForNode(node: string, login: string, signal?: AbortSignal): Promise<boolean> {
    try {
      const answer = await this.#auth.isMFARequired(
        { target: { case: 'node', value: { node, login } } },
        options(signal),
      );
      return answer.required;
    } catch (error) {
      throw callError(error).error;
    }
  }

  /** An SSH certificate of a minute for the identity's own key. */
  async issueForNode(
    identity: AccountIdentity,
    target: { readonly node: string; readonly login: string },
    answer: SecondFactorAnswer,
    signal?: AbortSignal,
  ): Promise<SshCertificate> {
    const major = majorOf(identity.serverVersion);
    const key = Buffer.from(formatAuthorizedKey(encodePublicKey(identity.sshKey)));
    const init = {
      ...(major < firstMajorWithTwoKeys ? { publicKey: key } : { sshPublicKey: key }),
      username: identity.userName,
      expires: fromDate(factsOf(identity).validUntil) as never,
      format: 'standard',
      routeToCluster: identity.clusterName,
      usage: usageSsh,
      nodeName: target.node,
      // Before 11.3 these fields are unknown and skipped.
      sshLogin: target.login,
    };
    try {
      const line =
        major <= lastMajorWithStream
          ? await issueThroughStream(this.#auth, init, answer, 'ssh', signal)
          : (
              await this.#auth.generateUserCerts(
                { ...init, mfaResponse: await toAnswerMessage(answer), purpose: singleUse },
                options(signal),
              )
            ).ssh;
      return parseSshCertificateLine(Buffer.from(line).toString('utf8'));
    } catch (error) {
      throw error instanceof AppError ? error : answerError(callError(error));
    }
  }
}

/** How a refused answer is told; other failures stay as they are. */
export function answerError(failure: { readonly status: number; readonly error: AppError }): AppError {
  const { error } = failure;
  const text = `${error.reason ?? ''} ${error.detail ?? ''}`;
  if (/not satisfied by OTP/i.test(text)) return codesNotTaken(error.detail);
  const isWrong =
    /totp|one-?time|MFA (response )?validation|Reusable MFA|validating (challenge|the assertion)|token already used|invalid.*(token|code)/i;
  if (failure.status !== grpcCode.unimplemented && isWrong.test(text)) {
    return new AppError('code-wrong', 'The cluster refused this answer.', {
      reason: error.reason,
      advice: 'Try again with your key, or with the code that is shown now.',
      action: 'edit-input',
      detail: error.detail,
    });
  }
  return error;
}

export function codesNotTaken(detail?: string): AppError {
  return new AppError('second-factor-unusable', 'This cluster takes no one-time codes for sessions.', {
    reason: 'It asks for a security key or passkey for each session, and this user has none.',
    advice: 'Add a security key to your user, or ask an administrator whether your role can do without.',
    detail,
  });
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {};
}
