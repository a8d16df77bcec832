import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import type { TunnelInfo, TunnelStatus } from '../../shared/contract/tunnels.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { accountOf } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asProse, asWord } from '../log/log-value.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import type { ByteTarget } from './byte-target.ts';
import type { CertificateIssuer, TunnelAccess } from './certificate-issuer.ts';
import { CertificateSlot } from './certificate-slot.ts';
import { Diagnosis } from './diagnosis.ts';
import type { LocalFront, PipedConnection } from './local-front.ts';
import { listenLocally } from './port-listener.ts';
import { Traffic } from './traffic.ts';
import type { ManagedTunnel, TunnelOwner } from './tunnel-kind.ts';
import type { TunnelDefinition } from './tunnel-store.ts';
import { serveConnection } from './serve-connection.ts';
import type { TunnelConnection } from './tunnel-connection.ts';
import { TunnelDialer } from './tunnel-dialer.ts';

export interface ByteTunnelOptions {
  readonly definition: TunnelDefinition;
  readonly target: ByteTarget;
  readonly owner: TunnelOwner;
  readonly access: TunnelAccess;
  readonly issuer: CertificateIssuer;
  readonly log: Logger;
  readonly now: () => Date;
}

/** A local port whose connections go, byte by byte, to a database or an app. */
export class ByteTunnel implements ManagedTunnel {
  readonly #options: ByteTunnelOptions;
  readonly #slot: CertificateSlot;
  readonly #dialer: TunnelDialer;
  readonly #diagnosis: Diagnosis;
  readonly #traffic = new Traffic();
  readonly #connections = new Set<TunnelConnection>();
  readonly #front: LocalFront | undefined;
  #definition: TunnelDefinition;
  #listener: Disposable | undefined;
  #listening: Promise<void> | undefined;
  #waitingFor: 'sign-in' | 'second-factor' | undefined;
  #failure: AppError | undefined;
  #closedBy: AppError | undefined;
  #lastError: TunnelInfo['lastError'];
  #shownStatus = '';

  constructor(options: ByteTunnelOptions) {
    this.#options = options;
    this.#definition = options.definition;
    const { access, target, issuer, now } = options;
    const { accountUri } = this;
    this.#slot = new CertificateSlot({
      now,
      onChange: () => this.#changed(),
      issue: (mayAsk, signal) => this.#issue(issuer, mayAsk, signal),
    });
    this.#dialer = new TunnelDialer(access, accountUri, () => target.alpn(this.#definition.facts));
    this.#diagnosis = new Diagnosis({ access, accountUri, target, now });
    this.#front = target.front?.({
      open: () => this.#openPiped(),
      failed: (error) => this.#connectionFailed(error),
      facts: () => this.#definition.facts,
      port: () => this.#definition.port,
    });
  }

  get id() {
    return this.#definition.id;
  }

  get definition(): TunnelDefinition {
    return this.#definition;
  }

  get accountUri() {
    return accountOf(this.#definition.target.resourceUri);
  }

  get info(): TunnelInfo {
    const { id, target, port, databaseName, facts } = this.#definition;
    return {
      id,
      accountUri: this.accountUri,
      target,
      port,
      databaseName,
      ...this.#options.target.describe(port, databaseName, facts),
      status: this.#status,
      traffic: this.#traffic.info,
      ...(this.#lastError ? { lastError: this.#lastError } : {}),
    };
  }

  async listen(): Promise<void> {
    if (this.#listener) return;
    this.#listening ??= this.#openListener(this.#definition.port).finally(() => {
      this.#listening = undefined;
    });
    await this.#listening;
  }

  bringUp(): void {
    void this.#slot.get(true).catch(() => undefined);
  }

  async close(reason?: AppError): Promise<void> {
    await this.#listening?.catch(() => undefined);
    this.#listener?.dispose();
    this.#listener = undefined;
    this.#closedBy = reason;
    this.#slot.reset();
    this.#waitingFor = undefined;
    this.#failure = undefined;
    this.#endConnections();
    this.#define({ isOpen: false });
  }

  async setPort(port: number): Promise<void> {
    if (port === this.#definition.port && this.#listener) return;
    const old = this.#listener;
    this.#listener = await listenLocally(port, (socket) => this.#accept(socket));
    // Programs that use the old address must notice that it is gone.
    old?.dispose();
    this.#endConnections();
    this.#closedBy = undefined;
    this.#define({ port, isOpen: true });
  }

  identityChanged(): void {
    this.#slot.clear();
  }

  setDatabaseName(databaseName: string): void {
    this.#define({ databaseName });
  }

  tick(): boolean {
    const now = Date.now();
    for (const connection of this.#connections) connection.checkLife(now);
    return this.#traffic.tick() || this.#status.kind !== this.#shownStatus;
  }

  get #status(): TunnelStatus {
    if (!this.#listener)
      return { kind: 'closed', ...(this.#closedBy ? { error: toErrorInfo(this.#closedBy) } : {}) };
    if (this.#waitingFor) return { kind: 'waiting', for: this.#waitingFor };
    const { current } = this.#slot;
    if (current) return { kind: 'ready', validUntil: current.validUntil.toISOString() };
    if (this.#slot.isPending) return { kind: 'preparing' };
    return this.#failure ? { kind: 'failed', error: toErrorInfo(this.#failure) } : { kind: 'idle' };
  }

  async #openListener(port: number): Promise<void> {
    try {
      this.#listener = await listenLocally(port, (socket) => this.#accept(socket));
    } catch (error) {
      this.#closedBy = error as AppError;
      this.#changed();
      throw error;
    }
    this.#closedBy = undefined;
    this.#define({ isOpen: true });
  }

  #define(change: Partial<TunnelDefinition>): void {
    const next = { ...this.#definition, ...change };
    const isNew = JSON.stringify(next) !== JSON.stringify(this.#definition);
    this.#definition = next;
    if (isNew) this.#options.owner.save(this);
    this.#changed();
  }

  #changed(): void {
    this.#shownStatus = this.#status.kind;
    this.#options.owner.changed(this);
  }

  async #issue(issuer: CertificateIssuer, mayAsk: boolean, signal: AbortSignal): Promise<TunnelCertificate> {
    const { target, log } = this.#options;
    try {
      const certificate = await issuer.issue(
        {
          accountUri: this.accountUri,
          subject: target.subject,
          mayAsk,
          route: async (api, identity, stop) => {
            const found = await target.find(api, identity, stop);
            this.#define({ facts: found.facts });
            return found.route;
          },
          onWaiting: (what) => {
            this.#waitingFor = what;
            this.#changed();
          },
        },
        signal,
      );
      this.#failure = undefined;
      log.info('tunnel-certificate', {
        tunnel: asWord(this.id),
        validUntil: asWord(certificate.validUntil.toISOString()),
      });
      return certificate;
    } catch (error) {
      const coded = isAppError(error) ? error : unexpected(error);
      if (mayAsk && !signal.aborted) {
        this.#failure = coded;
        log.error('tunnel-not-prepared', error, { tunnel: asWord(this.id) });
      }
      throw coded;
    } finally {
      if (!signal.aborted) this.#waitingFor = undefined;
    }
  }

  #accept(socket: Socket): void {
    if (this.#front) this.#front.accept(socket);
    else this.#serve(socket, (error) => this.#connectionFailed(error));
  }

  #openPiped(): PipedConnection {
    const [stream, local] = duplexPair();
    let failure: AppError | undefined;
    stream.on('error', () => undefined);
    stream.once('end', () => stream.destroy());
    stream.once('close', () => local.destroy());
    this.#serve(local, (error) => {
      failure = error;
      this.#connectionFailed(error);
    });
    return { stream, failure: () => failure };
  }

  #endConnections(): void {
    this.#front?.endConnections();
    for (const connection of this.#connections) connection.destroy();
  }

  #serve(local: Duplex, failed: (error: AppError) => void): void {
    this.#traffic.opened();
    const connection = serveConnection(local, {
      target: this.#options.target,
      slot: this.#slot,
      dialer: this.#dialer,
      diagnosis: this.#diagnosis,
      countFromClient: (bytes) => this.#traffic.countFromClient(bytes),
      countToClient: (bytes) => this.#traffic.countToClient(bytes),
      failed,
      closed: (closed) => {
        if (this.#connections.delete(closed)) this.#traffic.closed();
      },
    });
    this.#connections.add(connection);
  }

  #connectionFailed(error: AppError): void {
    this.#options.log.warn('tunnel-connection-failed', {
      tunnel: asWord(this.id),
      code: asWord(error.code),
      error: asProse(error.message),
      detail: asProse(error.detail ?? error.reason),
    });
    this.#lastError = { at: this.#options.now().toISOString(), error: toErrorInfo(error) };
    this.#changed();
  }
}

function unexpected(cause: unknown): AppError {
  return new AppError('internal', 'Something inside Porthole failed.', { action: 'retry', cause });
}
