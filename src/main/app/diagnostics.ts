import type { AccountDiagnosis, Diagnosis, SessionDiagnosis } from '../../shared/contract/diagnostics.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { TunnelInfo } from '../../shared/contract/tunnels.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import { follow } from '../../shared/lifecycle/follow.ts';
import { type AccountUri, clusterOf } from '../../shared/uri/uri.ts';
import type { AccountService } from '../clusters/account-service.ts';
import type { Host } from '../host/host.ts';
import type { Log } from '../log/log.ts';
import type { StateHub } from '../state/state-hub.ts';
import { writeReport } from './diagnostics-report.ts';

const settleMs = 250;
const watched = new Set(['accounts', 'clusters', 'shells', 'tunnels']);

export interface DiagnosticsParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly logBook: Log;
  readonly accounts: Pick<AccountService, 'links'>;
  readonly now: () => Date;
}

/** What is connected and how, what went wrong, and the versions of everything: for a page, and as a text to send. */
export class Diagnostics {
  readonly #parts: DiagnosticsParts;

  constructor(parts: DiagnosticsParts) {
    this.#parts = parts;
  }

  /** How things are, and again after changes; bursts of changes are one. */
  async *watch(signal?: AbortSignal): AsyncGenerator<Diagnosis, void, void> {
    const changed = new Emitter<void>();
    let timer: NodeJS.Timeout | undefined;
    const change = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        changed.fire();
      }, settleMs).unref();
    };
    const undo = [
      this.#parts.logBook.onTrouble(change),
      this.#parts.hub.onChange((changes) => {
        if (changes.some((one) => watched.has(one.slice))) change();
      }),
    ];
    try {
      for await (const _ of follow(changed.event, signal)) yield this.read();
    } finally {
      clearTimeout(timer);
      for (const one of undo) one.dispose();
    }
  }

  read(): Diagnosis {
    const { host, hub, logBook } = this.#parts;
    const { accounts, shells, tunnels } = hub.state;
    return {
      versions: this.#versions(),
      accounts: Object.keys(accounts).map((uri) => this.#account(uri as AccountUri)),
      sessions: [
        ...Object.values(shells).map((shell) => this.#shell(shell)),
        ...Object.values(tunnels).map((tunnel) => this.#tunnel(tunnel)),
      ],
      troubles: [...logBook.troubles],
      dataFolder: host.dataFolder,
    };
  }

  report(withNames: boolean): string {
    const { hub, now } = this.#parts;
    return writeReport(this.read(), { withNames, at: now(), settings: hub.state.settings });
  }

  #versions(): Diagnosis['versions'] {
    const { app } = this.#parts.hub.state;
    const {
      node = '',
      openssl = '',
      electron,
      chrome,
    } = process.versions as Record<string, string | undefined>;
    return [
      { name: 'Porthole', version: app.version },
      { name: 'Host', version: app.host },
      ...(electron ? [{ name: 'Electron', version: electron }] : []),
      ...(chrome ? [{ name: 'Chromium', version: chrome }] : []),
      { name: 'Node.js', version: node },
      { name: 'OpenSSL', version: openssl },
      { name: 'System', version: `${process.platform} ${process.arch}` },
      { name: 'SSH cryptography', version: app.nativeCrypto ? 'native' : 'portable' },
    ];
  }

  #account(uri: AccountUri): AccountDiagnosis {
    const { hub, accounts } = this.#parts;
    const cluster = hub.state.clusters[clusterOf(uri)];
    const info = hub.state.accounts[uri];
    const { connection } = info ?? {};
    return {
      uri,
      userName: info?.userName ?? '',
      clusterName: cluster?.name ?? '',
      address: cluster?.address ?? '',
      ...(cluster?.facts ? { serverVersion: cluster.facts.serverVersion } : {}),
      status: info?.status ?? 'signed-out',
      connection: connection?.state ?? 'idle',
      ...(connection?.state === 'connected' && connection.roundTripMs !== undefined
        ? { roundTripMs: connection.roundTripMs }
        : {}),
      ...(info?.validFrom ? { validFrom: info.validFrom } : {}),
      ...(info?.validUntil ? { validUntil: info.validUntil } : {}),
      links: accounts.links(uri),
    };
  }

  #shell(shell: ShellInfo): SessionDiagnosis {
    const { target, status } = shell;
    const isLocal = target.kind === 'local';
    const error = status.kind === 'ended' && status.end.kind === 'failed' ? status.end.error : undefined;
    return {
      kind: isLocal ? 'local-shell' : 'shell',
      name: isLocal ? target.title : target.serverName,
      clusterName: this.#clusterName(shell.accountUri),
      state: status.kind,
      ...(error && status.kind === 'ended' ? { lastError: { at: status.at, code: error.code } } : {}),
    };
  }

  #tunnel(tunnel: TunnelInfo): SessionDiagnosis {
    const { target, status, lastError, traffic } = tunnel;
    return {
      kind: target.kind,
      name: tunnel.name,
      clusterName: this.#clusterName(tunnel.accountUri),
      state: status.kind,
      address: tunnel.address,
      openConnections: traffic.openConnections,
      ...(status.kind === 'ready' && status.validUntil ? { validUntil: status.validUntil } : {}),
      ...(lastError ? { lastError: { at: lastError.at, code: lastError.error.code } } : {}),
    };
  }

  #clusterName(uri: AccountUri | undefined): string {
    return (uri && this.#parts.hub.state.clusters[clusterOf(uri)]?.name) ?? '';
  }
}
