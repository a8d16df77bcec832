import type { KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { AppError } from '../../shared/errors/app-error.ts';

/** A client certificate for one Kubernetes cluster. It stays in the main process. */
export interface KubeCredential {
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
  readonly validUntil: Date;
}

/** One Kubernetes cluster behind a gateway: what the gateway needs to know, and what it tells. */
export interface KubeTarget {
  /** As Teleport names it. */
  readonly name: string;
  /** `Host` of forwarded requests. */
  readonly host: string;
  /**
   * A certificate that is valid now. Callers at the same time share one attempt, which may take until the person has signed
   * in or confirmed. Rejects with a coded error.
   */
  credential(): Promise<KubeCredential>;
  /** Connects to the kube side of the proxy (tunnels.md 4.2). */
  dial(credential: KubeCredential): Promise<TLSSocket>;
  /** A connection or request failed or was refused, for a reason that `kubectl` may not show. */
  onFailure(error: AppError): void;
  readonly traffic: {
    opened(): void;
    closed(): void;
    fromClient(bytes: number): void;
    toClient(bytes: number): void;
  };
}
