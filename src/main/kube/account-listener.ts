import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import { listenLocally } from '../tunnels/port-listener.ts';
import { KubeGateway } from './kube-gateway.ts';
import type { KubeTarget } from './kube-target.ts';
import type { Kubeconfigs, PublishedCluster } from './kubeconfigs.ts';
import type { LocalAuthority } from './local-authority.ts';

/** What the listener of an account needs to know of each of its clusters, open or not. */
export interface ListedCluster {
  readonly target: KubeTarget;
  readonly published: PublishedCluster;
}

export interface AccountListenerOptions {
  readonly account: AccountUri;
  readonly kubeconfigs: Kubeconfigs;
  readonly authority: () => Promise<LocalAuthority>;
  /** After the account's kubeconfig was written. */
  readonly onPublished: (authority: LocalAuthority, clusters: readonly PublishedCluster[]) => void;
}

/** The one local address behind which all Kubernetes clusters of an account are. */
export class AccountListener {
  readonly #options: AccountListenerOptions;
  readonly #clusters = new Set<ListedCluster>();
  readonly #open = new Set<ListedCluster>();
  #gateway: KubeGateway | undefined;
  #listener: { readonly port: number; readonly disposable: Disposable } | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: AccountListenerOptions) {
    this.#options = options;
  }

  /** What kubeconfigs name: everything that was not forgotten. */
  get published(): PublishedCluster[] {
    return [...this.#clusters].map((cluster) => cluster.published);
  }

  isOpen(cluster: ListedCluster): boolean {
    return this.#open.has(cluster);
  }

  add(cluster: ListedCluster): void {
    this.#clusters.add(cluster);
  }

  /**
   * Listens, if it does not yet, and serves the cluster; `onPort` gets the port, before the kubeconfig is written. Throws
   * `port-taken`, `secrets-unavailable`, `kubeconfig-unusable`.
   */
  open(cluster: ListedCluster, onPort: (port: number) => void): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#open.has(cluster)) return;
      const authority = await this.#options.authority();
      const isNew = !this.#clusters.has(cluster);
      this.#listener ??= await this.#listen(cluster.published.port);
      this.#gateway ??= new KubeGateway(authority);
      this.#gateway.serve(cluster.target);
      this.#clusters.add(cluster);
      onPort(this.#listener.port);
      try {
        await this.#publish();
      } catch (error) {
        if (isNew) this.#clusters.delete(cluster);
        this.#withdraw(cluster);
        throw error;
      }
      this.#open.add(cluster);
    });
  }

  /** Stops serving the cluster; the listener goes with the last one. Its context stays. */
  close(cluster: ListedCluster): Promise<void> {
    return this.#inTurn(async () => this.#withdraw(cluster));
  }

  /** Takes its context away, too. */
  forget(cluster: ListedCluster): Promise<void> {
    return this.#inTurn(async () => {
      this.#clusters.delete(cluster);
      await this.#publish();
    });
  }

  /** Moves the listener, for all clusters of the account; when the port cannot be had, the old one stays. */
  move(port: number, apply: () => void): Promise<void> {
    return this.#inTurn(async () => {
      const old = this.#listener;
      if (old?.port === port) return;
      if (old) {
        this.#listener = await this.#listen(port);
        old.disposable.dispose();
        this.#gateway?.endConnections();
      }
      apply();
      await this.#publish();
    });
  }

  async #listen(port: number) {
    const disposable = await listenLocally(port, (socket) => {
      if (this.#gateway) this.#gateway.accept(socket);
      else socket.destroy();
    });
    return { port, disposable };
  }

  #withdraw(cluster: ListedCluster): void {
    this.#open.delete(cluster);
    this.#gateway?.withdraw(cluster.target.name);
    if (this.#open.size === 0) this.#stop();
  }

  #stop(): void {
    this.#listener?.disposable.dispose();
    this.#listener = undefined;
    this.#gateway?.dispose();
    this.#gateway = undefined;
  }

  async #publish(): Promise<void> {
    const { account, kubeconfigs, onPublished } = this.#options;
    const { published } = this;
    if (published.length === 0) {
      await kubeconfigs.remove(account);
      onPublished(await this.#options.authority(), []);
      return;
    }
    const authority = await this.#options.authority();
    await kubeconfigs.write(account, authority, published);
    onPublished(authority, published);
  }

  /** One change at a time. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#work.then(work);
    this.#work = next.catch(() => undefined);
    return next;
  }
}
