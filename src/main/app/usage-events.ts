import type { ShellInfo } from '../../shared/contract/shells.ts';
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
}
