import { join } from 'node:path';
import { z } from 'zod';
import type { TunnelChoices, TunnelTarget } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { AccountUri, accountOf, parseResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import type { JsonStore, SecretBox } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { readStore } from '../store/read-store.ts';
import type { CertificateIssuer, TunnelAccess } from '../tunnels/certificate-issuer.ts';
import type { TunnelKind, TunnelOwner } from '../tunnels/tunnel-kind.ts';
import type { TunnelDefinition } from '../tunnels/tunnel-store.ts';
import { AccountListener } from './account-listener.ts';
import { loadLocalAuthority } from './authority-store.ts';
import { findKubeCluster } from './kube-cluster-lookup.ts';
import { KubeTunnel } from './kube-tunnel.ts';
import { fileNameOf, Kubeconfigs } from './kubeconfigs.ts';
import type { LocalAuthority } from './local-authority.ts';

export interface KubeKindOptions {
  /** For kubeconfigs and sealed authorities. */
  readonly folder: string;
  readonly secrets: SecretBox;
  /** Remembers which accounts are merged into the person's kubeconfig. */
  readonly store: JsonStore;
  readonly access: TunnelAccess;
  readonly issuer: CertificateIssuer;
  readonly log: Logger;
  readonly now: () => Date;
  readonly platform: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A short name that stays the same for ever, also where an account's address does not. */
  readonly labelOf: (account: AccountUri) => string;
}

const Merged = z.object({ format: z.literal(1), merged: z.array(AccountUri).max(1_000) });

/** Tunnels to Kubernetes clusters: one listener and one kubeconfig for each account. */
export class KubeKind implements TunnelKind {
  readonly #options: KubeKindOptions;
  readonly #kubeconfigs: Kubeconfigs;
  readonly #listeners = new Map<AccountUri, AccountListener>();
  readonly #authorities = new Map<AccountUri, Promise<LocalAuthority>>();
  readonly #tunnels = new Set<KubeTunnel>();
  #merged: readonly AccountUri[];

  constructor(options: KubeKindOptions) {
    this.#options = options;
    this.#kubeconfigs = new Kubeconfigs(options);
    this.#merged = this.#loadMerged();
  }

  async choices(resourceUri: ResourceUri, signal?: AbortSignal): Promise<TunnelChoices> {
    const account = accountOf(resourceUri);
    const { access } = this.#options;
    const identity = access.identity(account);
    const name = nameOf({ kind: 'kubernetes', resourceUri });
    return access.withAuth(
      account,
      async (api) => {
        await findKubeCluster(api, name, signal);
        return {
          protocol: 'https',
          databaseUsers: [],
          anyDatabaseUser: false,
          databaseNames: [],
          anyDatabaseName: false,
          needsDatabaseUser: false,
          targetPorts: [],
          needsSecondFactor: await api.tunnels.isSecondFactorRequired(
            identity,
            { kind: 'kubernetes', name },
            signal,
          ),
        };
      },
      signal,
    );
  }

  async describe(target: TunnelTarget, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const account = accountOf(target.resourceUri);
    const { access } = this.#options;
    const { clusterName } = access.identity(account);
    await access.withAuth(account, (api) => findKubeCluster(api, nameOf(target), signal), signal);
    return { teleportCluster: clusterName };
  }

  sharedPort(target: TunnelTarget, known: readonly TunnelDefinition[]): number | undefined {
    const account = accountOf(target.resourceUri);
    return known.find(
      (definition) =>
        definition.target.kind === 'kubernetes' && accountOf(definition.target.resourceUri) === account,
    )?.port;
  }

  create(definition: TunnelDefinition, owner: TunnelOwner): KubeTunnel {
    const account = accountOf(definition.target.resourceUri);
    const { access, issuer, log, now, platform } = this.#options;
    const tunnel = new KubeTunnel({
      definition,
      owner,
      listener: this.#listenerOf(account),
      kubeconfigPath: this.#kubeconfigs.pathOf(account),
      isMerged: () => this.#merged.includes(account),
      access,
      issuer,
      log,
      now,
      platform,
      onPort: (port) => {
        for (const other of this.#tunnels) if (other.accountUri === account) other.moved(port);
      },
      onForgotten: (forgotten) => this.#tunnels.delete(forgotten),
    });
    this.#tunnels.add(tunnel);
    return tunnel;
  }

  /** `KUBECONFIG` for terminals of an account; for one of its tunnels, that cluster is the current one. */
  environmentOf(account: AccountUri, tunnelId?: string): Record<string, string> {
    const tunnel = [...this.#tunnels].find((candidate) => candidate.id === tunnelId);
    if (tunnel) return { KUBECONFIG: this.#kubeconfigs.selecting(tunnel.accountUri, tunnel.published) };
    const hasAny = (this.#listeners.get(account)?.published.length ?? 0) > 0;
    return hasAny ? { KUBECONFIG: this.#kubeconfigs.pathOf(account) } : {};
  }

  /** Writes the account's contexts into the person's own kubeconfig, now and whenever they change; or takes them out. */
  async merge(account: AccountUri, isMerged: boolean): Promise<{ path: string; copy?: string }> {
    const result = isMerged
      ? await this.#kubeconfigs.merge(
          account,
          await this.#authorityOf(account),
          this.#listenerOf(account).published,
        )
      : await this.#kubeconfigs.unmerge(account);
    const others = this.#merged.filter((other) => other !== account);
    this.#merged = isMerged ? [...others, account] : others;
    this.#options.store.write({ format: 1, merged: [...this.#merged] });
    for (const tunnel of this.#tunnels) if (tunnel.accountUri === account) tunnel.mergeChanged();
    return result;
  }

  #listenerOf(account: AccountUri): AccountListener {
    const known = this.#listeners.get(account);
    if (known) return known;
    const listener = new AccountListener({
      account,
      kubeconfigs: this.#kubeconfigs,
      authority: () => this.#authorityOf(account),
      onPublished: (authority, clusters) => {
        if (!this.#merged.includes(account)) return;
        this.#kubeconfigs.merge(account, authority, clusters).catch((error: unknown) => {
          this.#options.log.error('kubeconfig-not-merged', error);
        });
      },
    });
    this.#listeners.set(account, listener);
    return listener;
  }

  #authorityOf(account: AccountUri): Promise<LocalAuthority> {
    const known = this.#authorities.get(account);
    if (known) return known;
    const { folder, secrets, log, now, labelOf } = this.#options;
    const loading = loadLocalAuthority({
      path: join(folder, `${fileNameOf(labelOf(account))}.sealed`),
      secrets,
      log,
      now: now(),
    });
    this.#authorities.set(account, loading);
    // A key store that is locked now may be open at the next try.
    loading.catch(() => this.#authorities.delete(account));
    return loading;
  }

  #loadMerged(): readonly AccountUri[] {
    const { store, log } = this.#options;
    return readStore({ store, log, name: 'kube', parse: (raw) => Merged.parse(raw).merged, empty: [] });
  }
}

function nameOf(target: TunnelTarget): string {
  const parts = parseResourceUri(target.resourceUri);
  if (parts?.kind !== 'kubernetes') throw new AppError('invalid-input', 'This is no Kubernetes cluster.');
  return parts.id;
}
