export type TunnelKind = 'db' | 'app' | 'kube';

export interface LiveTunnel {
  readonly kind: TunnelKind;
  /** Name of the database, app or Kubernetes cluster. */
  readonly target: string;
  readonly userName: string;
  /** Cuts it at once. */
  readonly close: () => void;
}

/** Every open connection to a target: counted, cut when its user is locked or its target is stopped. */
export class LiveTunnels {
  readonly #open = new Set<LiveTunnel>();
  readonly #stopped = new Set<string>();

  /** Gives the function that takes the tunnel off the list again. */
  add(tunnel: LiveTunnel): () => void {
    this.#open.add(tunnel);
    return () => this.#open.delete(tunnel);
  }

  count(kind?: TunnelKind, target?: string): number {
    return [...this.#open].filter(
      (tunnel) =>
        (kind === undefined || tunnel.kind === kind) && (target === undefined || tunnel.target === target),
    ).length;
  }

  closeOf(userName: string): void {
    for (const tunnel of this.#open) if (tunnel.userName === userName) tunnel.close();
  }

  /** The target goes down: its connections are cut, new ones are refused as by a machine where nothing listens. */
  stopTarget(kind: TunnelKind, target: string): void {
    this.#stopped.add(`${kind}/${target}`);
    for (const tunnel of this.#open) if (tunnel.kind === kind && tunnel.target === target) tunnel.close();
  }

  startTarget(kind: TunnelKind, target: string): void {
    this.#stopped.delete(`${kind}/${target}`);
  }

  isStopped(kind: TunnelKind, target: string): boolean {
    return this.#stopped.has(`${kind}/${target}`);
  }
}
