import type { TunnelInfo, TunnelStatus } from '../../shared/contract/tunnels.ts';
import { type AppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { Logger } from '../log/log.ts';
import { asProse, asWord } from '../log/log-value.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import type { IssueRequest } from './certificate-issuer.ts';
import { CertificateSlot } from './certificate-slot.ts';
import { codedError } from './coded-error.ts';
import { Traffic } from './traffic.ts';
import type { ManagedTunnel, TunnelOwner } from './tunnel-kind.ts';
import type { TunnelDefinition } from './tunnel-store.ts';

export interface TunnelStateOptions {
  readonly definition: TunnelDefinition;
  /** Whose state it is. */
  readonly tunnel: ManagedTunnel;
  readonly owner: TunnelOwner;
  readonly log: Logger;
  readonly now: () => Date;
  readonly isListening: () => boolean;
  /** Gets a new certificate; throws why there is none. */
  readonly issue: (
    asked: Pick<IssueRequest, 'mayAsk' | 'onWaiting'>,
    signal: AbortSignal,
  ) => Promise<TunnelCertificate>;
}

/** What a tunnel of any kind keeps beside its listener, and how that is shown. Each change is told to the owner. */
export class TunnelState {
  readonly #options: TunnelStateOptions;
  readonly slot: CertificateSlot;
  readonly traffic = new Traffic();
  #definition: TunnelDefinition;
  #waitingFor: 'sign-in' | 'second-factor' | undefined;
  #failure: AppError | undefined;
  #closedBy: AppError | undefined;
  #lastError: TunnelInfo['lastError'];
  #shownStatus = '';

  constructor(options: TunnelStateOptions) {
    this.#options = options;
    this.#definition = options.definition;
    this.slot = new CertificateSlot({
      now: options.now,
      onChange: () => this.changed(),
      issue: (mayAsk, signal) => this.#issue(mayAsk, signal),
    });
  }

  get definition(): TunnelDefinition {
    return this.#definition;
  }

  get info(): Pick<TunnelInfo, 'status' | 'traffic' | 'lastError'> {
    return {
      status: this.#status,
      traffic: this.traffic.info,
      ...(this.#lastError ? { lastError: this.#lastError } : {}),
    };
  }

  /** Changes the definition, which the owner stores when it is another one then. */
  define(change: Partial<TunnelDefinition>): void {
    const next = { ...this.#definition, ...change };
    const isNew = JSON.stringify(next) !== JSON.stringify(this.#definition);
    this.#definition = next;
    if (isNew) this.#options.owner.save(this.#options.tunnel);
    this.changed();
  }

  /** Changes the port of a listener that is not up yet; the owner hears of it when it is. */
  assignPort(port: number): void {
    this.#definition = { ...this.#definition, port };
  }

  changed(): void {
    this.#shownStatus = this.#status.kind;
    this.#options.owner.changed(this.#options.tunnel);
  }

  /** Gets the certificate that the first connection would wait for. */
  bringUp(): void {
    void this.slot.get(true).catch(() => undefined);
  }

  /** The listener is up. */
  opened(change: Partial<TunnelDefinition> = {}): void {
    this.#closedBy = undefined;
    this.define({ ...change, isOpen: true });
  }

  /** The listener could not be had. */
  notOpened(error: unknown): void {
    this.#closedBy = codedError(error);
    this.changed();
  }

  /** The listener is gone: gives up the certificate and what was asked for. The owner hears of it by `closed`. */
  reset(reason: AppError | undefined): void {
    this.#closedBy = reason;
    this.slot.reset();
    this.#waitingFor = undefined;
    this.#failure = undefined;
  }

  closed(): void {
    this.define({ isOpen: false });
  }

  /** Whether something that is shown has changed since the last call; called once a second. */
  tick(): boolean {
    return this.traffic.tick() || this.#status.kind !== this.#shownStatus;
  }

  /** One connection failed; the tunnel goes on. */
  connectionFailed(error: AppError): void {
    this.#options.log.warn('tunnel-connection-failed', {
      tunnel: asWord(this.#definition.id),
      code: asWord(error.code),
      error: asProse(error.message),
      detail: asProse(error.detail ?? error.reason),
    });
    this.#lastError = { at: this.#options.now().toISOString(), error: toErrorInfo(error) };
    this.changed();
  }

  get #status(): TunnelStatus {
    if (!this.#options.isListening())
      return { kind: 'closed', ...(this.#closedBy ? { error: toErrorInfo(this.#closedBy) } : {}) };
    if (this.#waitingFor) return { kind: 'waiting', for: this.#waitingFor };
    const { current } = this.slot;
    if (current) return { kind: 'ready', validUntil: current.validUntil.toISOString() };
    if (this.slot.isPending) return { kind: 'preparing' };
    return this.#failure ? { kind: 'failed', error: toErrorInfo(this.#failure) } : { kind: 'idle' };
  }

  async #issue(mayAsk: boolean, signal: AbortSignal): Promise<TunnelCertificate> {
    const { log } = this.#options;
    const tunnel = asWord(this.#definition.id);
    const onWaiting: IssueRequest['onWaiting'] = (what) => {
      this.#waitingFor = what;
      this.changed();
    };
    try {
      const certificate = await this.#options.issue({ mayAsk, onWaiting }, signal);
      this.#failure = undefined;
      const validUntil = asWord(certificate.validUntil.toISOString());
      log.info('tunnel-certificate', { tunnel, validUntil });
      return certificate;
    } catch (error) {
      const coded = codedError(error);
      if (mayAsk && !signal.aborted) {
        this.#failure = coded;
        log.error('tunnel-not-prepared', error, { tunnel });
      }
      throw coded;
    } finally {
      if (!signal.aborted) this.#waitingFor = undefined;
    }
  }
}
