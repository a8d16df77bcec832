import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';
import type { SecondFactorAnswer } from '../protocol/client/second-factor-answer.ts';
import type { TunnelCertificate, TunnelRoute } from '../protocol/client/tunnel-certificate.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { ServerTrust } from '../protocol/net/dialer.ts';
import type { ProxyAddress } from '../protocol/net/address.ts';

/** What tunnels need of the accounts. */
export interface TunnelAccess {
  /** Throws `session-expired` or `signed-out`. */
  identity(uri: AccountUri): AccountIdentity;
  withAuth<T>(uri: AccountUri, work: (api: AuthApi) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The web port of the account's proxy, and how its certificate is trusted. */
  proxy(uri: AccountUri): { readonly address: ProxyAddress; readonly trust: ServerTrust };
}

/** What tunnels need of the person. */
export interface TunnelPrompts {
  askSignIn(accountUri: AccountUri, reason: string, signal?: AbortSignal): Promise<void>;
}

/** Where the person's second factor comes from. */
export interface TunnelSecondFactors {
  perform<T>(
    ceremony: { readonly accountUri: AccountUri; readonly reason: string; readonly scope: 'session' },
    act: (answer: SecondFactorAnswer, signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

export interface IssueRequest {
  readonly accountUri: AccountUri;
  /** What the prompts say is waiting, such as `the database orders`. */
  readonly subject: string;
  /** Looks the target up and tells the route; it runs with a valid session. Throws why the target may not be used. */
  readonly route: (api: AuthApi, identity: AccountIdentity, signal?: AbortSignal) => Promise<TunnelRoute>;
  /** False: fails where a person would have to be asked. */
  readonly mayAsk: boolean;
  readonly onWaiting: (what: 'sign-in' | 'second-factor' | undefined) => void;
}

/** Gets certificates for tunnels, and asks the person for what is missing. */
export class CertificateIssuer {
  readonly #access: TunnelAccess;
  readonly #prompts: TunnelPrompts;
  readonly #factors: TunnelSecondFactors;

  constructor(access: TunnelAccess, prompts: TunnelPrompts, factors: TunnelSecondFactors) {
    this.#access = access;
    this.#prompts = prompts;
    this.#factors = factors;
  }

  async issue(request: IssueRequest, signal?: AbortSignal): Promise<TunnelCertificate> {
    try {
      return await this.#issueOnce(request, signal);
    } catch (error) {
      if (!isAppError(error, 'session-expired', 'signed-out') || !request.mayAsk) throw error;
    }
    request.onWaiting('sign-in');
    await this.#prompts.askSignIn(
      request.accountUri,
      `A connection to ${request.subject} waits for it.`,
      signal,
    );
    request.onWaiting(undefined);
    return this.#issueOnce(request, signal);
  }

  async #issueOnce(request: IssueRequest, signal: AbortSignal | undefined): Promise<TunnelCertificate> {
    const { accountUri } = request;
    const identity = this.#access.identity(accountUri);
    const call = <T>(work: (api: AuthApi) => Promise<T>) => this.#withAuth(accountUri, work, signal);
    const route = await call((api) => request.route(api, identity, signal));
    const isRequired = await call((api) => api.tunnels.isSecondFactorRequired(identity, route, signal));
    if (!isRequired) return call((api) => api.tunnels.issue(identity, route, undefined, signal));
    if (!request.mayAsk) throw new AppError('mfa-required', 'This needs a second factor.');
    request.onWaiting('second-factor');
    const certificate = await this.#factors.perform(
      { accountUri, reason: `A connection to ${request.subject} needs it.`, scope: 'session' },
      (answer, gone) =>
        this.#withAuth(accountUri, (api) => api.tunnels.issue(identity, route, answer, gone), gone),
      signal,
    );
    request.onWaiting(undefined);
    return certificate;
  }

  /** After a sleep the kept connection may be dead without knowing it: then a second try goes over a new one. */
  async #withAuth<T>(uri: AccountUri, work: (api: AuthApi) => Promise<T>, signal: AbortSignal | undefined) {
    try {
      return await this.#access.withAuth(uri, work, signal);
    } catch (error) {
      if (!isAppError(error, 'timed-out', 'connection-lost') || signal?.aborted) throw error;
      return this.#access.withAuth(uri, work, signal);
    }
  }
}
