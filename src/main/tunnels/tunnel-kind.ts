import type { TunnelId } from '../../shared/contract/ids.ts';
import type { TunnelInfo, TunnelTarget } from '../../shared/contract/tunnels.ts';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { TunnelDefinition } from './tunnel-store.ts';

/** A tunnel as the service sees it, whatever its kind. */
export interface ManagedTunnel {
  readonly id: TunnelId;
  readonly definition: TunnelDefinition;
  readonly info: TunnelInfo;
  /** Listens on its port. Throws `port-taken` or `port-not-allowed`, and is `closed` then. Does nothing while it listens. */
  listen(): Promise<void>;
  /** Gets what the first connection would wait for: certificate, second factor. Failures show in `info`. */
  bringUp(): void;
  /** Stops listening and ends its connections; `reason` is shown when the person did not ask for it. */
  close(reason?: AppError): Promise<void>;
  /** Moves the listener; the old one stays when the new port cannot be had. */
  setPort(port: number): Promise<void>;
  setDatabaseName(name: string): void;
  /** The account's certificate carries other access requests: the next connection gets a new one of its own. */
  identityChanged(): void;
  /** It was closed and will not come back: what it left on the disk goes, too. */
  forgotten?(): void;
  /** Whether something flowed, or is still shown as flowing, since the last call; called once a second. */
  tick(): boolean;
}

/** What a tunnel tells the service. */
export interface TunnelOwner {
  /** `info` has changed. */
  changed(tunnel: ManagedTunnel): void;
  /** The definition has changed and must be stored. */
  save(tunnel: ManagedTunnel): void;
}

/** One kind of tunnel: databases, apps, Kubernetes. */
export interface TunnelKind {
  /** Looks the target up and checks it against the roles; throws why it may not be used. The answer is stored with it. */
  describe(target: TunnelTarget, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** The port that the target must have, where several share a listener. */
  sharedPort?(target: TunnelTarget, known: readonly TunnelDefinition[]): number | undefined;
  /** Builds it, without listening. */
  create(definition: TunnelDefinition, owner: TunnelOwner): ManagedTunnel;
}
