import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import type { TunnelInfo } from '../../shared/contract/tunnels.ts';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { accountOf } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import type { ByteTarget } from './byte-target.ts';
import type { CertificateIssuer, TunnelAccess } from './certificate-issuer.ts';
import { Diagnosis } from './diagnosis.ts';
import type { LocalFront, PipedConnection } from './local-front.ts';
import { listenLocally } from './port-listener.ts';
import type { ManagedTunnel, TunnelOwner } from './tunnel-kind.ts';
import type { TunnelDefinition } from './tunnel-store.ts';
import { serveConnection } from './serve-connection.ts';
import type { TunnelConnection } from './tunnel-connection.ts';
import { TunnelDialer } from './tunnel-dialer.ts';
import { TunnelState } from './tunnel-state.ts';

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
  readonly #state: TunnelState;
  readonly #dialer: TunnelDialer;
  readonly #diagnosis: Diagnosis;
  readonly #connections = new Set<TunnelConnection>();
  readonly #front: LocalFront | undefined;
  #listener: Disposable | undefined;
  #listening: Promise<void> | undefined;

  constructor(options: ByteTunnelOptions) {
    this.#options = options;
    const { access, target, issuer, now } = options;
    const accountUri = accountOf(options.definition.target.resourceUri);
    this.#state = new TunnelState({
      ...options,
      tunnel: this,
      isListening: () => this.#listener !== undefined,
      issue: (asked, signal) =>
        issuer.issue(
          {
            ...asked,
            accountUri,
            subject: target.subject,
            route: async (api, identity, stop) => {
              const found = await target.find(api, identity, stop);
              this.#state.define({ facts: found.facts });
              return found.route;
            },
          },
          signal,
        ),
    });
    this.#dialer = new TunnelDialer(access, accountUri, () => target.alpn(this.#state.definition.facts));
    this.#diagnosis = new Diagnosis({ access, accountUri, target, now });
    this.#front = target.front?.({
      open: () => this.#openPiped(),
      failed: (error) => this.#state.connectionFailed(error),
      facts: () => this.#state.definition.facts,
      port: () => this.#state.definition.port,
    });
  }

  get id() {
    return this.#state.definition.id;
  }

  get definition(): TunnelDefinition {
    return this.#state.definition;
  }

  get accountUri() {
    return accountOf(this.#state.definition.target.resourceUri);
  }

  get info(): TunnelInfo {
    const { id, target, port, databaseName, facts } = this.#state.definition;
    return {
      id,
      accountUri: this.accountUri,
      target,
      port,
      databaseName,
      ...this.#options.target.describe(port, databaseName, facts),
      ...this.#state.info,
    };
  }

  async listen(): Promise<void> {
    if (this.#listener) return;
    this.#listening ??= this.#openListener(this.#state.definition.port).finally(() => {
      this.#listening = undefined;
    });
    await this.#listening;
  }

  bringUp(): void {
    this.#state.bringUp();
  }

  async close(reason?: AppError): Promise<void> {
    await this.#listening?.catch(() => undefined);
    this.#listener?.dispose();
    this.#listener = undefined;
    this.#state.reset(reason);
    this.#endConnections();
    this.#state.closed();
  }

  async setPort(port: number): Promise<void> {
    if (port === this.#state.definition.port && this.#listener) return;
    const old = this.#listener;
    this.#listener = await listenLocally(port, (socket) => this.#accept(socket));
    // Programs that use the old address must notice that it is gone.
    old?.dispose();
    this.#endConnections();
    this.#state.opened({ port });
  }

  identityChanged(): void {
    this.#state.slot.clear();
  }

  setDatabaseName(databaseName: string): void {
    this.#state.define({ databaseName });
  }

  tick(): boolean {
    const now = Date.now();
    for (const connection of this.#connections) connection.checkLife(now);
    return this.#state.tick();
  }

  async #openListener(port: number): Promise<void> {
    try {
      this.#listener = await listenLocally(port, (socket) => this.#accept(socket));
    } catch (error) {
      this.#state.notOpened(error);
      throw error;
    }
    this.#state.opened();
  }

  #accept(socket: Socket): void {
    if (this.#front) this.#front.accept(socket);
    else this.#serve(socket, (error) => this.#state.connectionFailed(error));
  }

  #openPiped(): PipedConnection {
    const [stream, local] = duplexPair();
    let failure: AppError | undefined;
    stream.on('error', () => undefined);
    stream.once('end', () => stream.destroy());
    stream.once('close', () => local.destroy());
    this.#serve(local, (error) => {
      failure = error;
      this.#state.connectionFailed(error);
    });
    return { stream, failure: () => failure };
  }

  #endConnections(): void {
    this.#front?.endConnections();
    for (const connection of this.#connections) connection.destroy();
  }

  #serve(local: Duplex, failed: (error: AppError) => void): void {
    this.#state.traffic.opened();
    const connection = serveConnection(local, {
      target: this.#options.target,
      slot: this.#state.slot,
      dialer: this.#dialer,
      diagnosis: this.#diagnosis,
      countFromClient: (bytes) => this.#state.traffic.countFromClient(bytes),
      countToClient: (bytes) => this.#state.traffic.countToClient(bytes),
      failed,
      closed: (closed) => {
        if (this.#connections.delete(closed)) this.#state.traffic.closed();
      },
    });
    this.#connections.add(connection);
  }
}
