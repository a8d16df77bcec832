import type { TunnelInfo } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, parseAccountUri, parseResourceUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import type { TunnelCertificate } from '../protocol/client/tunnel-certificate.ts';
import type { CertificateIssuer, IssueRequest, TunnelAccess } from '../tunnels/certificate-issuer.ts';
import { isCertificateRefusal } from '../tunnels/tls-signs.ts';
import type { ManagedTunnel, TunnelOwner } from '../tunnels/tunnel-kind.ts';
import { TunnelState } from '../tunnels/tunnel-state.ts';
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
  readonly #state: TunnelState;
  readonly #cluster: ListedCluster;
  readonly accountUri: AccountUri;
  readonly name: string;

  constructor(options: KubeTunnelOptions) {
    this.#options = options;
    const { resourceUri } = options.definition.target;
    this.accountUri = accountOf(resourceUri);
    this.name = parseResourceUri(resourceUri)?.id ?? '';
    this.#state = new TunnelState({
      ...options,
      tunnel: this,
      isListening: () => options.listener.isOpen(this.#cluster),
      issue: (asked, signal) => this.#issue(asked, signal),
    });
    this.#cluster = this.#listed();
    if (options.definition.facts[published] !== undefined) options.listener.add(this.#cluster);
  }

  get id() {
    return this.#state.definition.id;
  }

  get definition(): TunnelDefinition {
    return this.#state.definition;
  }

  get published(): PublishedCluster {
    const { facts, port } = this.#state.definition;
    return { name: this.name, teleportCluster: facts['teleportCluster'] ?? '', port };
  }

  get info(): TunnelInfo {
    const { id, target, port, databaseName } = this.#state.definition;
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
      databaseName,
      connectionString: '',
      commands: kubeCommands({ kubeconfigPath, context, platform }),
      ...this.#state.info,
      kubeconfigPath,
      kubeContext: context,
      isInOwnKubeconfig: this.#options.isMerged(),
    };
  }

  /** The contexts of its account went into the person's own kubeconfig, or out of it. */
  mergeChanged(): void {
    this.#state.changed();
  }

  async listen(): Promise<void> {
    const { listener } = this.#options;
    if (listener.isOpen(this.#cluster)) return;
    try {
      await listener.open(this.#cluster, (port) => this.#state.assignPort(port));
    } catch (error) {
      this.#state.notOpened(error);
      throw error;
    }
    this.#state.opened({ facts: { ...this.#state.definition.facts, [published]: 'yes' } });
  }

  bringUp(): void {
    this.#state.bringUp();
  }

  async close(reason?: AppError): Promise<void> {
    await this.#options.listener.close(this.#cluster);
    this.#state.reset(reason);
    this.#state.closed();
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
    this.#state.define({ port });
  }

  identityChanged(): void {
    this.#state.slot.clear();
  }

  setDatabaseName(): void {
    throw new AppError('unsupported', 'A Kubernetes cluster has no database.');
  }

  tick(): boolean {
    return this.#state.tick();
  }

  #listed(): ListedCluster {
    const { access } = this.#options;
    const dialer = new KubeDialer(() => ({
      address: access.proxy(this.accountUri).address,
      identity: access.identity(this.accountUri),
    }));
    const { traffic } = this.#state;
    const current = () => this.published;
    return {
      get published() {
        return current();
      },
      target: {
        name: this.name,
        host: parseAccountUri(this.accountUri)?.address ?? '',
        credential: () => this.#state.slot.get(),
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

  async #issue(
    asked: Pick<IssueRequest, 'mayAsk' | 'onWaiting'>,
    signal: AbortSignal,
  ): Promise<TunnelCertificate> {
    const certificate = await this.#options.issuer.issue(
      {
        ...asked,
        accountUri: this.accountUri,
        subject: `the Kubernetes cluster ${this.name}`,
        route: async (api, _identity, stop) => {
          await findKubeCluster(api, this.name, stop);
          return { kind: 'kubernetes', name: this.name };
        },
      },
      signal,
    );
    checkKubeCertificate(certificate.certificate, this.name);
    return certificate;
  }

  #connectionFailed(error: AppError): void {
    // The next request gets a new certificate.
    if (isCertificateRefusal(error)) this.#state.slot.clear();
    this.#state.connectionFailed(error);
  }
}
