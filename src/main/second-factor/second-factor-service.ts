import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { Authenticator, AuthenticatorSite } from '../host/authenticator.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';
import { needsAdminMfa } from '../protocol/client/request-errors.ts';
import { type SecondFactorAnswer, toAnswerMessage } from '../protocol/client/second-factor-answer.ts';
import {
  type ChallengeScope,
  codesNotTaken,
  SecondFactorApi,
  type SecondFactorChallenge,
} from '../protocol/client/second-factor-api.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import { majorOf } from '../protocol/codec/server-version.ts';
import type { SshCertificate } from '../protocol/codec/ssh/certificate.ts';
import { type AssertionChallenge, toMfaHeader } from '../protocol/codec/webauthn.ts';

export interface SecondFactorAccess {
  identity(uri: AccountUri): AccountIdentity;
  withAuth<T>(uri: AccountUri, work: (api: AuthApi) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The proxy's origin and the certificate that it shows now, judged by the cluster's trust. */
  site(uri: AccountUri, signal?: AbortSignal): Promise<AuthenticatorSite>;
  /** Asks the person; see the prompts. */
  ask<T>(request: {
    readonly accountUri: AccountUri;
    readonly reason: string;
    readonly oneTimeCode: boolean;
    readonly securityKey: boolean;
    readonly attempt: (
      answer: { kind: 'one-time-code'; code: string } | { kind: 'security-key' },
      signal: AbortSignal,
    ) => Promise<T>;
    readonly signal?: AbortSignal | undefined;
  }): Promise<T>;
}

export interface Ceremony {
  readonly accountUri: AccountUri;
  /** What it is for, as a sentence without an end. */
  readonly reason: string;
  readonly scope: ChallengeScope;
}

/** 18.0.0 offers codes for sessions and then refuses them (auth-api.md 8). */
const firstMajorWithoutSessionCodes = 18;

/** Second factors, wherever one is needed. One ceremony at a time for each user: a newer challenge voids the older. */
export class SecondFactorService {
  readonly #access: SecondFactorAccess;
  readonly #authenticator: Authenticator | undefined;
  readonly #queues = new Map<AccountUri, Promise<unknown>>();

  constructor(access: SecondFactorAccess, authenticator: Authenticator | undefined) {
    this.#access = access;
    this.#authenticator = authenticator;
  }

  /** Asks the person and runs `act` with the answer. A refused answer is asked for again; everything else ends it. */
  perform<T>(
    ceremony: Ceremony,
    act: (answer: SecondFactorAnswer, signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { accountUri } = ceremony;
    const before = this.#queues.get(accountUri) ?? Promise.resolve();
    const result = before.then(() => {
      if (signal?.aborted) throw cancelled();
      return this.#perform(ceremony, act, signal);
    });
    const settled = result.catch(() => undefined);
    this.#queues.set(accountUri, settled);
    void settled.then(() => {
      if (this.#queues.get(accountUri) === settled) this.#queues.delete(accountUri);
    });
    return result;
  }

  /** Runs an administrative call, again with a second factor when the server asks for one (auth-api.md 1.5). */
  async administrative<T>(
    accountUri: AccountUri,
    reason: string,
    call: (header: string | undefined) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return await call(undefined);
    } catch (error) {
      if (!needsAdminMfa(error)) throw error;
    }
    return this.perform(
      { accountUri, reason, scope: 'admin' },
      async (answer) => {
        try {
          return await call(toMfaHeader(await toAnswerMessage(answer)));
        } catch (error) {
          // A refused answer says no more than "access denied".
          if (!isAppError(error, 'access-denied') || !(error.detail ?? '').endsWith(': access denied'))
            throw error;
          throw new AppError('code-wrong', 'The cluster refused this answer, or does not let you do this.', {
            advice: 'Try again with your key.',
            action: 'retry',
            detail: error.detail,
          });
        }
      },
      signal,
    );
  }

  /** Whether a shell with this login asks for a second factor, as far as the server tells. */
  isNeededForNode(
    accountUri: AccountUri,
    node: string,
    login: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    return this.#api(accountUri, (api) => api.isNeededForNode(node, login, signal), signal);
  }

  /** The identity for one shell: with a certificate of a minute where the server's roles ask for a second factor. */
  async forNode(
    accountUri: AccountUri,
    target: { readonly nodeId: string; readonly nodeName: string; readonly login: string },
    signal?: AbortSignal,
  ): Promise<AccountIdentity> {
    const identity = this.#access.identity(accountUri);
    const node = { node: target.nodeId, login: target.login };
    if (!(await this.isNeededForNode(accountUri, node.node, node.login, signal))) return identity;
    const sshCertificate = await this.perform<SshCertificate>(
      { accountUri, reason: `Open a terminal on ${target.nodeName} as ${target.login}`, scope: 'session' },
      (answer, during) =>
        this.#api(accountUri, (api) => api.issueForNode(identity, node, answer, during), during),
      signal,
    );
    return { ...identity, sshCertificate };
  }

  async #perform<T>(
    ceremony: Ceremony,
    act: (answer: SecondFactorAnswer, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { accountUri, scope } = ceremony;
    const fresh = (during?: AbortSignal) =>
      this.#api(accountUri, (api) => api.challenge(scope, during), during);
    let challenge: SecondFactorChallenge | undefined = await fresh(signal);
    const offered = this.#usable(accountUri, scope, challenge);
    return this.#access.ask({
      ...offered,
      accountUri,
      reason: ceremony.reason,
      signal,
      attempt: async (answer, during) => {
        if (answer.kind === 'one-time-code') return act(answer, during);
        const sign = async (given?: AssertionChallenge) => {
          // Each challenge is good for one answer.
          const securityKey = given ?? (challenge ?? (await fresh(during))).securityKey;
          challenge = undefined;
          if (!securityKey || !this.#authenticator) throw unusable();
          const site = await this.#access.site(accountUri, during);
          return this.#authenticator.get(securityKey, site, during);
        };
        return act({ kind: 'security-key', sign }, during);
      },
    });
  }

  #usable(accountUri: AccountUri, scope: ChallengeScope, challenge: SecondFactorChallenge) {
    const { serverVersion } = this.#access.identity(accountUri);
    const takesCodes = scope !== 'session' || majorOf(serverVersion) < firstMajorWithoutSessionCodes;
    const oneTimeCode = challenge.oneTimeCode && takesCodes;
    const securityKey = challenge.securityKey !== undefined && this.#authenticator !== undefined;
    if (oneTimeCode || securityKey) return { oneTimeCode, securityKey };
    throw challenge.oneTimeCode && !takesCodes && !challenge.securityKey ? codesNotTaken() : unusable();
  }

  #api<T>(uri: AccountUri, work: (api: SecondFactorApi) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#access.withAuth(uri, (api) => work(new SecondFactorApi(api.transport)), signal);
  }
}

function unusable(): AppError {
  return new AppError(
    'second-factor-unusable',
    'The cluster asks for a second factor, and none can be used here.',
    {
      reason: 'This user has no security key, passkey or authenticator app of an allowed kind.',
      advice: 'Add one in the settings of your user.',
    },
  );
}

function cancelled(): AppError {
  return new AppError('cancelled', 'It was cancelled before the second factor was asked for.');
}
