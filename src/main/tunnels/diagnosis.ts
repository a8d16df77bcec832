import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import type { ByteTarget } from './byte-target.ts';
import type { TunnelAccess } from './certificate-issuer.ts';

/** Equal questions within this time get the same answer: a pool that is refused asks a hundred times. */
const keptMs = 3_000;
const unreached = new Set(['connection-refused', 'connection-lost', 'network-unreachable', 'timed-out']);

/** Finds out why the proxy closed a connection without a word (tunnels.md 8.2). */
export class Diagnosis {
  readonly #options: {
    readonly access: TunnelAccess;
    readonly accountUri: AccountUri;
    readonly target: ByteTarget;
    readonly now: () => Date;
  };
  #last: { readonly at: number; readonly answer: Promise<AppError> } | undefined;

  constructor(options: {
    access: TunnelAccess;
    accountUri: AccountUri;
    target: ByteTarget;
    now: () => Date;
  }) {
    this.#options = options;
  }

  explain(certificate: TunnelCertificate): Promise<AppError> {
    const at = this.#options.now().getTime();
    if (this.#last && at - this.#last.at <= keptMs) return this.#last.answer;
    const answer = this.#find(certificate);
    this.#last = { at, answer };
    void answer.then((error) => {
      // It says nothing of the target, and may be over before the next question.
      if (unreached.has(error.code) && this.#last?.answer === answer) this.#last = undefined;
    });
    return answer;
  }

  async #find(certificate: TunnelCertificate): Promise<AppError> {
    const { access, accountUri, target } = this.#options;
    try {
      const identity = access.identity(accountUri);
      return await access.withAuth(accountUri, async (api) => {
        const { route } = await target.find(api, identity);
        if (!certificate.hasSecondFactor && (await api.tunnels.isSecondFactorRequired(identity, route)))
          return factorMissing(target);
        // A locked user may still be shown the list; certificates are what it gets no more.
        await api.tunnels.issue(identity, route);
        return target.silentClose();
      });
    } catch (error) {
      if (isAppError(error, 'access-denied')) return locked(target, error);
      if (isAppError(error)) return error;
      return target.silentClose();
    }
  }
}

function factorMissing(target: ByteTarget): AppError {
  return new AppError('mfa-required', `The cluster closed the connection to ${target.subject}.`, {
    reason: 'It now asks for a second factor for it.',
    advice: 'Connect again; you will be asked.',
    action: 'retry',
  });
}

function locked(target: ByteTarget, cause: AppError): AppError {
  return new AppError('access-denied', `The cluster closed the connection to ${target.subject}.`, {
    reason: 'It refuses you access now. Your user, a role or this device may be locked.',
    advice: 'Ask an administrator of the cluster.',
    detail: cause.detail,
    cause,
  });
}
