import { randomUUID } from 'node:crypto';
import type { TunnelId } from '../../shared/contract/ids.ts';
import type { TunnelTarget } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, type ClusterUri, clusterOf } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import type { StateHub } from '../state/state-hub.ts';
import { findFreePort, type PortRange, preferredPort } from './port-listener.ts';
import type { ManagedTunnel, TunnelKind, TunnelOwner } from './tunnel-kind.ts';
import type { TunnelDefinition, TunnelStore } from './tunnel-store.ts';

export interface TunnelServiceOptions {
  readonly hub: StateHub;
  readonly log: Logger;
  readonly store: TunnelStore;
  /** A stored definition as it is in this start; undefined when its cluster is not there. */
  readonly place: (definition: TunnelDefinition) => TunnelDefinition | undefined;
  /** Where ports of new tunnels are looked for, now. */
  readonly ports: () => PortRange;
  readonly kinds: Readonly<Record<TunnelTarget['kind'], TunnelKind | undefined>>;
}

const tickMs = 1_000;

/** Every tunnel of the app, by id: opens, finds, stores and shows them. */
export class TunnelService implements TunnelOwner {
  readonly #options: TunnelServiceOptions;
  /** The one that was opened last comes last. */
  readonly #tunnels = new Map<TunnelId, ManagedTunnel>();
  /** Stored tunnels of clusters that are not there in this start. */
  #dormant: readonly TunnelDefinition[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(options: TunnelServiceOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  /** Tunnels of the last run listen at once; the first connection brings them up. */
  restore(): void {
    for (const stored of this.#options.store.tunnels) {
      const definition = this.#options.place(stored);
      const kind = definition && this.#options.kinds[definition.target.kind];
      if (!kind) {
        this.#dormant = [...this.#dormant, stored];
        continue;
      }
      const tunnel = this.#add(kind, definition);
      if (definition.isOpen) {
        void tunnel.listen().catch((error: unknown) => {
          this.#options.log.error('tunnel-not-restored', error, { tunnel: asWord(tunnel.id) });
        });
      }
    }
  }

  /** Throws why the target may not be used, or why the port cannot be had. A known target keeps its tunnel and port. */
  async open(
    request: { target: TunnelTarget; databaseName?: string | undefined; port?: number | undefined },
    signal?: AbortSignal,
  ): Promise<TunnelId> {
    const { target } = request;
    const kind = this.#kind(target);
    const facts = await kind.describe(target, signal);
    const known = this.#find(target);
    if (known) {
      if (request.databaseName !== undefined) known.setDatabaseName(request.databaseName);
      if (request.port !== undefined && request.port !== known.definition.port)
        await this.setPort(known.id, request.port);
      else await this.listen(known.id);
      known.bringUp();
      this.#tunnels.delete(known.id);
      this.#tunnels.set(known.id, known);
      this.#store();
      return known.id;
    }
    const port = request.port ?? (await this.#choosePort(kind, target));
    if (request.port !== undefined && kind.sharedPort === undefined) this.#refuseOwnPort(port, undefined);
    const tunnel = kind.create(
      {
        id: randomUUID(),
        target,
        port,
        databaseName: request.databaseName ?? '',
        isOpen: false,
        isDemo: this.#options.hub.state.clusters[clusterOf(target.resourceUri)]?.isDemo ?? false,
        facts: { ...facts },
      },
      this,
    );
    // Kept only once it listens: a port that cannot be had leaves nothing behind.
    await tunnel.listen();
    this.#tunnels.set(tunnel.id, tunnel);
    this.#store();
    this.changed(tunnel);
    tunnel.bringUp();
    return tunnel.id;
  }

  async close(id: TunnelId): Promise<void> {
    await this.get(id).close();
  }

  async listen(id: TunnelId): Promise<void> {
    const tunnel = this.get(id);
    if (tunnel.info.status.kind === 'closed') this.#refuseOwnPort(tunnel.definition.port, tunnel);
    await tunnel.listen();
  }

  async forget(id: TunnelId): Promise<void> {
    const tunnel = this.get(id);
    await tunnel.close();
    this.#tunnels.delete(id);
    tunnel.forgotten?.();
    this.#store();
    this.#options.hub.put({ slice: 'tunnels', key: id, value: null });
  }

  async setPort(id: TunnelId, port: number): Promise<void> {
    const tunnel = this.get(id);
    this.#refuseOwnPort(port, tunnel);
    await tunnel.setPort(port);
  }

  async suggestPort(id: TunnelId): Promise<number> {
    return findFreePort(this.get(id).definition.port + 1, this.#ports(), this.#options.ports());
  }

  setDatabaseName(id: TunnelId, name: string): void {
    this.get(id).setDatabaseName(name);
  }

  get(id: TunnelId): ManagedTunnel {
    const tunnel = this.#tunnels.get(id);
    if (tunnel) return tunnel;
    throw new AppError('not-found', 'This tunnel is not in the list any more.');
  }

  /** An account has assumed or dropped access requests; open connections stay. */
  identityChanged(accountUri: AccountUri): void {
    for (const tunnel of this.#tunnels.values())
      if (accountOf(tunnel.definition.target.resourceUri) === accountUri) tunnel.identityChanged();
  }

  /** Definitions of an account that signed out stay, with their ports. */
  closeAll(accountUri: AccountUri): void {
    for (const tunnel of this.#tunnels.values()) {
      if (accountOf(tunnel.definition.target.resourceUri) !== accountUri) continue;
      void tunnel
        .close(new AppError('signed-out', 'You signed out.', { action: 'sign-in' }))
        .catch((error: unknown) => this.#options.log.error('tunnel-not-closed', error));
    }
  }

  /** A cluster that was removed takes its tunnels along. */
  async forgetCluster(clusterUri: ClusterUri): Promise<void> {
    for (const tunnel of this.#tunnels.values())
      if (clusterOf(tunnel.definition.target.resourceUri) === clusterUri) await this.forget(tunnel.id);
  }

  /** Newest last. */
  get definitions(): readonly TunnelDefinition[] {
    return [...this.#tunnels.values()].map((tunnel) => tunnel.definition);
  }

  async dispose(): Promise<void> {
    clearInterval(this.#timer);
    const tunnels = [...this.#tunnels.values()];
    // What is stored stays as it was, so that the next start listens again.
    this.#tunnels.clear();
    await Promise.allSettled(tunnels.map((tunnel) => tunnel.close()));
  }

  changed(tunnel: ManagedTunnel): void {
    if (this.#tunnels.has(tunnel.id))
      this.#options.hub.put({ slice: 'tunnels', key: tunnel.id, value: tunnel.info });
  }

  save(tunnel: ManagedTunnel): void {
    if (this.#tunnels.has(tunnel.id)) this.#store();
  }

  #tick(): void {
    for (const tunnel of this.#tunnels.values()) if (tunnel.tick()) this.changed(tunnel);
  }

  #add(kind: TunnelKind, definition: TunnelDefinition): ManagedTunnel {
    const tunnel = kind.create(definition, this);
    this.#tunnels.set(tunnel.id, tunnel);
    this.changed(tunnel);
    return tunnel;
  }

  #kind(target: TunnelTarget): TunnelKind {
    const kind = this.#options.kinds[target.kind];
    if (kind) return kind;
    throw new AppError('unsupported', 'This kind of tunnel cannot be opened yet.');
  }

  #find(target: TunnelTarget): ManagedTunnel | undefined {
    const key = keyOf(target);
    return [...this.#tunnels.values()].find((tunnel) => keyOf(tunnel.definition.target) === key);
  }

  #ports(): Set<number> {
    return new Set([...this.definitions, ...this.#dormant].map((definition) => definition.port));
  }

  async #choosePort(kind: TunnelKind, target: TunnelTarget): Promise<number> {
    const shared = kind.sharedPort?.(target, this.definitions);
    const range = this.#options.ports();
    return shared ?? findFreePort(preferredPort(keyOf(target), range), this.#ports(), range);
  }

  /** Ports that belong to other tunnels are named by their tunnel, also while those do not listen. */
  #refuseOwnPort(port: number, own: ManagedTunnel | undefined): void {
    const holder = [...this.#tunnels.values()].find(
      (tunnel) =>
        tunnel !== own &&
        tunnel.definition.port === port &&
        (tunnel.definition.target.kind !== 'kubernetes' || own?.definition.target.kind !== 'kubernetes'),
    );
    if (!holder) return;
    throw new AppError('port-taken', `Port ${port} belongs to the tunnel to ${holder.info.name}.`, {
      reason: 'Every tunnel keeps its port, also while it is closed.',
      advice: 'Choose another port, or forget that tunnel.',
      action: 'edit-input',
      facts: { port: String(port), program: 'Porthole', pid: String(process.pid) },
    });
  }

  #store(): void {
    try {
      this.#options.store.write([...this.definitions, ...this.#dormant]);
    } catch (error) {
      // The tunnel itself works; what is lost is its port in the next start.
      this.#options.log.error('tunnels-not-saved', error);
    }
  }
}

function keyOf(target: TunnelTarget): string {
  switch (target.kind) {
    case 'database':
      return `${target.resourceUri} ${target.databaseUser}`;
    case 'app':
      return `${target.resourceUri} ${target.targetPort ?? ''}`;
    case 'kubernetes':
      return target.resourceUri;
  }
}
