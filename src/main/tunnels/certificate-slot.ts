import type { AppError } from '../../shared/errors/app-error.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';

export interface CertificateSlotOptions {
  /** Gets a new one. `mayAsk` = a person may be asked for what is missing. */
  readonly issue: (mayAsk: boolean, signal: AbortSignal) => Promise<TunnelCertificate>;
  readonly now: () => Date;
  readonly onChange: () => void;
}

/** After the person closed a question, connections are not allowed to ask it again for this long. */
const quietAfterCancelMs = 30_000;
const latestRenewalMs = 60_000;
const earliestRenewalMs = 5 * 60_000;
const longestTimerMs = 2 ** 31 - 1;
/** A certificate that ends within this is as good as ended: it must live through the handshake. */
const marginMs = 2_000;

/** The certificate of one tunnel. All who wait for a new one share one request; it never leaves the memory. */
export class CertificateSlot {
  readonly #options: CertificateSlotOptions;
  #current: TunnelCertificate | undefined;
  #pending: Promise<TunnelCertificate> | undefined;
  #pendingMayAsk = false;
  #refusal: { readonly error: AppError; readonly at: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #abort = new AbortController();

  constructor(options: CertificateSlotOptions) {
    this.#options = options;
  }

  /** Undefined while there is none that is good. */
  get current(): TunnelCertificate | undefined {
    const { now } = this.#options;
    const current = this.#current;
    return current && current.validUntil.getTime() - marginMs > now().getTime() ? current : undefined;
  }

  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** The one that is good, or a new one. `isAsked` = by the person, who may be asked again after closing a question. */
  get(isAsked = false): Promise<TunnelCertificate> {
    const { current } = this;
    if (current) return Promise.resolve(current);
    if (this.#pending && this.#pendingMayAsk) return this.#pending;
    const refusal = this.#refusal;
    if (refusal && !isAsked && this.#options.now().getTime() - refusal.at < quietAfterCancelMs)
      return Promise.reject(refusal.error);
    return this.#issue(true);
  }

  /** The next connection gets a new one; those that are open stay. */
  clear(): void {
    this.#current = undefined;
    clearTimeout(this.#timer);
    this.#options.onChange();
  }

  /** Gives up what is being asked for. The slot can be used again. */
  reset(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#pending = undefined;
    this.#refusal = undefined;
    this.#current = undefined;
    clearTimeout(this.#timer);
  }

  #issue(mayAsk: boolean): Promise<TunnelCertificate> {
    const { signal } = this.#abort;
    const pending = this.#options.issue(mayAsk, signal).then(
      (certificate) => {
        if (this.#pending === pending) this.#settle(certificate);
        return certificate;
      },
      (error: unknown) => {
        if (this.#pending === pending) this.#fail(error as AppError, mayAsk);
        throw error;
      },
    );
    this.#pending = pending;
    this.#pendingMayAsk = mayAsk;
    // Whoever waits sees the failure too; this keeps it from counting as unhandled when nobody does.
    pending.catch(() => undefined);
    this.#options.onChange();
    return pending;
  }

  #settle(certificate: TunnelCertificate): void {
    this.#pending = undefined;
    this.#refusal = undefined;
    this.#current = certificate;
    this.#planRenewal(certificate);
    this.#options.onChange();
  }

  #fail(error: AppError, mayAsk: boolean): void {
    this.#pending = undefined;
    if (mayAsk && error.code === 'cancelled') this.#refusal = { error, at: this.#options.now().getTime() };
    this.#options.onChange();
  }

  /** A new one before this one ends, where that costs the person nothing. It fails quietly: a connection will ask. */
  #planRenewal(certificate: TunnelCertificate): void {
    clearTimeout(this.#timer);
    if (certificate.hasSecondFactor) return;
    const lifetime = certificate.validUntil.getTime() - certificate.validFrom.getTime();
    const ahead = Math.min(earliestRenewalMs, Math.max(latestRenewalMs, lifetime / 10));
    const left = certificate.validUntil.getTime() - ahead - this.#options.now().getTime();
    if (left <= 0 || left > longestTimerMs) return;
    this.#timer = setTimeout(() => {
      if (!this.#pending) void this.#issue(false).catch(() => undefined);
    }, left);
    this.#timer.unref();
  }
}
