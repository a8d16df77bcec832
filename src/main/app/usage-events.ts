import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { TunnelInfo } from '../../shared/contract/tunnels.ts';
import type { UsageOrigin } from '../../shared/contract/usage-data.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { UsageService } from '../telemetry/usage-service.ts';

/** What the domains tell the usage service, in their own words (telemetry.md 6). */
export class UsageEvents {
  readonly #usage: UsageService;
  readonly #origins = new Map<string, UsageOrigin>();

  constructor(usage: UsageService) {
    this.#usage = usage;
  }

  /** After each sign-in that the cluster has taken. */
  signedIn(account: AccountUri, connectorType: 'local' | 'passwordless' = 'local'): void {
    this.#usage.report({ kind: 'cluster_login', account, connectorType });
  }

  /** A file of a server is about to be copied. */
  fileCopied(account: AccountUri, isUpload: boolean): void {
    this.#usage.report({ kind: 'file_transfer_run', account, isUpload });
  }

  /** A shell on a server begins: opened, duplicated, or connected again. Local shells are not reported. */
  shellStarted(shell: Pick<ShellInfo, 'id' | 'accountUri' | 'target'>, origin?: UsageOrigin): void {
    if (shell.target.kind !== 'server' || !shell.accountUri) return;
    const known = origin ?? this.#origins.get(shell.id) ?? 'resource_table';
    this.#origins.set(shell.id, known);
    this.#usage.report({
      kind: 'protocol_use',
      account: shell.accountUri,
      protocol: 'ssh',
      origin: known,
      accessThrough: 'proxy_service',
    });
  }

  /** A shell or a tunnel of the last run: what is started in it again comes from there. */
  reopened(id: ShellInfo['id']): void {
    this.#origins.set(id, 'reopened_session');
  }

  /** A tunnel to a database or an app listens, and did not before. Kubernetes counts by its terminals. */
  tunnelOpened(tunnel: Pick<TunnelInfo, 'id' | 'accountUri' | 'target'>, origin?: UsageOrigin): void {
    const known = origin ?? this.#origins.get(tunnel.id) ?? 'connection_list';
    this.#origins.set(tunnel.id, known);
    const { kind } = tunnel.target;
    if (kind === 'kubernetes') return;
    this.#protocolUsed(tunnel.accountUri, kind === 'database' ? 'db' : 'app', known, 'local_proxy');
  }

  /** A terminal of a Kubernetes cluster was started. */
  kubeShellStarted(tunnel: Pick<TunnelInfo, 'id' | 'accountUri'>): void {
    const origin = this.#origins.get(tunnel.id) ?? 'connection_list';
    this.#protocolUsed(tunnel.accountUri, 'kube', origin, 'local_proxy');
  }

  /** An app is opened in the browser at the proxy's own page. */
  appOpenedAtProxy(account: AccountUri, origin: UsageOrigin): void {
    this.#protocolUsed(account, 'app', origin, 'proxy_service');
  }

  requestCreated(account: AccountUri, draft: { readonly roles: readonly string[] }): void {
    const requestKind = draft.roles.length > 0 ? 'role' : 'resource';
    this.#usage.report({ kind: 'access_request_create', account, requestKind });
  }

  requestReviewed(account: AccountUri): void {
    this.#usage.report({ kind: 'access_request_review', account });
  }

  /** Once for each time, however many requests are assumed together. */
  requestsAssumed(account: AccountUri): void {
    this.#usage.report({ kind: 'access_request_assume_role', account });
  }

  #protocolUsed(
    account: AccountUri,
    protocol: 'kube' | 'db' | 'app',
    origin: UsageOrigin,
    accessThrough: 'proxy_service' | 'local_proxy',
  ): void {
    this.#usage.report({ kind: 'protocol_use', account, protocol, origin, accessThrough });
  }
}
