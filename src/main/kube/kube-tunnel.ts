import type { TunnelInfo, TunnelStatus } from '../../shared/contract/tunnels.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, parseAccountUri, parseResourceUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asProse, asWord } from '../log/log-value.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import { CertificateSlot } from '../tunnels/certificate-slot.ts';
import type { CertificateIssuer, TunnelAccess } from '../tunnels/certificate-issuer.ts';
import { Traffic } from '../tunnels/traffic.ts';
import { isCertificateRefusal } from '../tunnels/tls-signs.ts';
import type { ManagedTunnel, TunnelOwner } from '../tunnels/tunnel-kind.ts';
import type { TunnelDefinition } from '../tunnels/tunnel-store.ts';
import type { AccountListener, ListedCluster } from './account-listener.ts';
import { checkKubeCertificate, findKubeCluster } from './kube-cluster-lookup.ts';
import { kubeCommands } from './kube-commands.ts';
import { KubeDialer } from './kube-dialer.ts';
import { contextNameOf, type PublishedCluster } from './kubeconfigs.ts';

export interface KubeTunnelOptions {
  readonly definition: TunnelDefinition;
  readonly owner: TunnelOwner;
  readonly listener: AccountListener;
  readonly kubeconfigPath: string;
  /** Whether the contexts of its account are in the person's own kubeconfig. */
  readonly isMerged: () => boolean;
  readonly access: TunnelAccess;
  readonly issuer: CertificateIssuer;
  readonly log: Logger;
  readonly now: () => Date;
  readonly platform: string;
  /** Moves every cluster of the account. */
  readonly onPort: (port: number) => void;
  readonly onForgotten: (tunnel: KubeTunnel) => void;
}

/** Fact of a tunnel whose context is in the kubeconfig: it stays there while the tunnel is closed. */
const published = 'isPublished';

/** A Kubernetes cluster behind the listener of its account. */
export class KubeTunnel implements ManagedTunnel {
  readonly #options: KubeTunnelOptions;
  readonly #slot: CertificateSlot;
  readonly #traffic = new Traffic();
  readonly #cluster: ListedCluster;
  readonly accountUri: AccountUri;
  readonly name: string;
  #definition: TunnelDefinition;
  #waitingFor: 'sign-in' | 'second-factor' | undefined;
  #failure: AppError | undefined;
  #closedBy: AppError | undefined;
  #lastError: TunnelInfo['lastError'];
  #shownStatus = '';

  constructor(options: KubeTunnelOptions) {
    this.#options = options;
    this.#definition = options.definition;
    const { resourceUri } = options.definition.target;
    this.accountUri = accountOf(resourceUri);
    this.name = parseResourceUri(resourceUri)?.id ?? '';
    this.#slot = new CertificateSlot({
      now: options.now,
      onChange: () => this.#changed(),
      issue: (mayAsk, signal) => this.#issue(mayAsk, signal),
    });
    this.#cluster = this.#listed();
    if (options.definition.facts[published] !== undefined) options.listener.add(this.#cluster);
  }

  get id() {
    return this.#definition.id;
  }

  get definition(): TunnelDefinition {
    return this.#definition;
  }

  get published(): PublishedCluster {
    const { facts, port } = this.#definition;
    return { name: this.name, teleportCluster: facts['teleportCluster'] ?? '', port };
  }

  get info(): TunnelInfo {
    const { id, target, port, databaseName } = this.#definition;
    const context = contextNameOf(this.published);
    const { kubeconfigPath, platform } = this.#options;
    return {
      id,
      accountUri: this.accountUri,
      target,
      name: this.name,
      protocol: 'https',
      port,
      address: `127.0.0.1:${port}`,
      status: this.#status,
      databaseName,
      connectionString: '',
      commands: kubeCommands({ kubeconfigPath, context, platform }),
      traffic: this.#traffic.info,
      ...(this.#lastError ? { lastError: this.#lastError } : {}),
      kubeconfigPath,
      kubeContext: context,
      isInOwnKubeconfig: this.#options.isMerged(),
    };
  }

  /** The contexts of its account went into the person's own kubeconfig, or out of it. */
  mergeChanged(): void {
    this.#changed();
  }

  async listen(): Promise<void> {
    const { listener } = this.#options;
    if (listener.isOpen(this.#cluster)) return;
    try {
      await listener.open(this.#cluster, (port) => {
        this.#definition = { ...this.#definition, port };
      });
    } catch (error) {
      this.#closedBy = isAppError(error) ? error : unexpected(error);
      this.#changed();
      throw error;
    }
    this.#closedBy = undefined;
    this.#define({ isOpen: true, facts: { ...this.#definition.facts, [published]: 'yes' } });
  }

  bringUp(): void {
    void this.#slot.get(true).catch(() => undefined);
  }

  async close(reason?: AppError): Promise<void> {
    await this.#options.listener.close(this.#cluster);
    this.#closedBy = reason;
    this.#slot.reset();
    this.#waitingFor = undefined;
    this.#failure = undefined;
    this.#define({ isOpen: false });
  }

  forgotten(): void {
    this.#options.onForgotten(this);
    this.#options.listener.forget(this.#cluster).catch((error: unknown) => {
      this.#options.log.error('kubeconfig-not-written', error);
    });
  }

  async setPort(port: number): Promise<void> {
    await this.#options.listener.move(port, () => this.#options.onPort(port));
    await this.listen();
  }

  /** The listener of the account has moved. */
  moved(port: number): void {
    this.#define({ port });
  }

  identityChanged(): void {
    this.#slot.clear();
  }

  setDatabaseName(): void {
    throw new AppError('unsupported', 'A Kubernetes cluster has no database.');
  }

  tick(): boolean {
    return this.#traffic.tick() || this.#status.kind !== this.#shownStatus;
  }

  get #status(): TunnelStatus {
    if (!this.#options.listener.isOpen(this.#cluster))
      return { kind: 'closed', ...(this.#closedBy ? { error: toErrorInfo(this.#closedBy) } : {}) };
    if (this.#waitingFor) return { kind: 'waiting', for: this.#waitingFor };
    const { current } = this.#slot;
    if (current) return { kind: 'ready', validUntil: current.validUntil.toISOString() };
    if (this.#slot.isPending) return { kind: 'preparing' };
    return this.#failure ? { kind: 'failed', error: toErrorInfo(this.#failure) } : { kind: 'idle' };
  }

  #listed(): ListedCluster {
    const { access } = this.#options;
    const dialer = new KubeDialer(() => ({
      address: access.proxy(this.accountUri).address,
      identity: access.identity(this.accountUri),
    }));
    const traffic = this.#traffic;
    const current = () => this.published;
    return {
      get published() {
        return current();
      },
      target: {
        name: this.name,
        host: parseAccountUri(this.accountUri)?.address ?? '',
        credential: () => this.#slot.get(),
        dial: (credential) => dialer.dial(credential),
        onFailure: (error) => this.#connectionFailed(error),
        traffic: {
          opened: () => traffic.opened(),
          closed: () => traffic.closed(),
          fromClient: (bytes) => traffic.countFromClient(bytes),
          toClient: (bytes) => traffic.countToClient(bytes),
        },
      },
    };
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

  async #issue(mayAsk: boolean, signal: AbortSignal): Promise<TunnelCertificate> {
    const { issuer, log } = this.#options;
    try {
      const certificate = await issuer.issue(
        {
          accountUri: this.accountUri,
          subject: `the Kubernetes cluster ${this.name}`,
          mayAsk,
          route: async (api, _identity, stop) => {
            await findKubeCluster(api, this.name, stop);
            return { kind: 'kubernetes', name: this.name };
          },
          onWaiting: (what) => {
            this.#waitingFor = what;
            this.#changed();
          },
        },
        signal,
      );
      checkKubeCertificate(certificate.certificate, this.name);
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

  #connectionFailed(error: AppError): void {
    // The next request gets a new certificate.
    if (isCertificateRefusal(error)) this.#slot.clear();
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
