import { randomUUID } from 'node:crypto';
import type { ShellId, TerminalSize, TunnelId } from '../../shared/contract/ids.ts';
import type { ShellInfo, ShellTarget } from '../../shared/contract/shells.ts';
import { AppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, parseResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { asWord } from '../log/log-value.ts';
import { connectToNode } from '../protocol/client/node-session.ts';
import { SharedConnection } from '../protocol/client/shared-connection.ts';
import type { ProxyConnection } from '../protocol/client/proxy-types.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { SshConnection } from '../protocol/net/ssh/client.ts';
import type { StateHub } from '../state/state-hub.ts';
import { openServerTerminal } from './server-terminal.ts';
import { Shell, type ShellOptions } from './shell.ts';
import type { Terminal, TerminalStarter } from './terminal.ts';

/** Until a page has told its own. */
const firstSize: TerminalSize = { cols: 80, rows: 24 };

export interface ShellAccess {
  identity(uri: AccountUri): AccountIdentity;
  /** Asks for a second factor where the server's roles want one for each session. */
  identityFor(
    uri: AccountUri,
    target: { readonly nodeId: string; readonly nodeName: string; readonly login: string },
    signal: AbortSignal,
  ): Promise<AccountIdentity>;
  proxy(uri: AccountUri): Promise<ProxyConnection>;
  noteFailure(uri: AccountUri, error: AppError): void;
  rememberLogin(resourceUri: ResourceUri, login: string): void;
}

export interface OpenShellRequest {
  readonly serverUri: ResourceUri;
  readonly serverName: string;
  readonly login: string;
  readonly size: TerminalSize;
}

export type LocalTarget = Extract<ShellTarget, { kind: 'local' }>;

/** Shells of this machine. */
export interface LocalShells {
  /** What a new interactive shell is; `program` = undefined takes the one that was used last. */
  target(program: string | undefined): LocalTarget;
  /** Starts it in the folder where the shell with this id was last, or else in the target's. */
  start(request: {
    shellId: ShellId;
    target: LocalTarget;
    accountUri: AccountUri | undefined;
    size: TerminalSize;
  }): Terminal;
  /** The folder that a shell is in now. */
  folderOf(shellId: ShellId): string | undefined;
  forget(shellId: ShellId): void;
}

export interface OpenLocalRequest {
  readonly accountUri?: AccountUri | undefined;
  readonly target: LocalTarget;
  readonly size: TerminalSize;
}

/** Every shell of the app, by id. */
export class ShellService {
  readonly #hub: StateHub;
  readonly #access: ShellAccess;
  readonly #local: LocalShells;
  readonly #log: Logger;
  readonly #now: () => Date;
  readonly #shells = new Map<ShellId, Shell>();
  readonly #connections = new Set<{ readonly key: string; readonly shared: SharedConnection }>();

  constructor(options: {
    hub: StateHub;
    access: ShellAccess;
    local: LocalShells;
    log: Logger;
    now: () => Date;
  }) {
    this.#hub = options.hub;
    this.#access = options.access;
    this.#local = options.local;
    this.#log = options.log;
    this.#now = options.now;
  }

  /** Throws `session-expired` or `signed-out` before anything is opened, so that the page can ask and go on. */
  open(request: OpenShellRequest): ShellId {
    const server = parseResourceUri(request.serverUri);
    if (server?.kind !== 'server') throw new AppError('unsupported', 'Only servers can be opened yet.');
    const accountUri = accountOf(request.serverUri);
    this.#access.identity(accountUri);
    return this.#add(
      {
        id: randomUUID(),
        accountUri,
        target: {
          kind: 'server',
          serverUri: request.serverUri,
          serverName: request.serverName,
          login: request.login,
        },
      },
      request.size,
      this.#serverStarter(accountUri, {
        nodeId: server.id,
        nodeName: request.serverName,
        login: request.login,
      }),
    );
  }

  /** An interactive shell of this machine; throws `program-missing` for a program that cannot be chosen. */
  openLocal(
    request: Omit<OpenLocalRequest, 'target'> & {
      program?: string | undefined;
      title?: string | undefined;
      tunnelId?: TunnelId | undefined;
    },
  ): ShellId {
    const { title, tunnelId } = request;
    const target = {
      ...this.#local.target(request.program),
      ...(title ? { title } : {}),
      ...(tunnelId ? { tunnelId } : {}),
    };
    return this.openTarget({ accountUri: request.accountUri, size: request.size, target });
  }

  /** A shell of this machine with a target that is known in full. */
  openTarget(request: OpenLocalRequest): ShellId {
    const { target, accountUri } = request;
    const id = randomUUID();
    return this.#add({ id, target, ...(accountUri ? { accountUri } : {}) }, request.size, async ({ size }) =>
      this.#local.start({ shellId: id, target, accountUri, size }),
    );
  }

  /** A shell of the last run, ended, with its screen; it is connected when it is asked for. */
  reopen(saved: Omit<ShellInfo, 'status'>, at: string, screen: Uint8Array): void {
    const { id, accountUri, target } = saved;
    const reopened = { at, screen };
    if (target.kind === 'local') {
      this.#add(
        saved,
        firstSize,
        async ({ size }) => this.#local.start({ shellId: id, target, accountUri, size }),
        reopened,
      );
      return;
    }
    const server = parseResourceUri(target.serverUri);
    if (!server || !accountUri) return;
    const node = { nodeId: server.id, nodeName: target.serverName, login: target.login };
    this.#add(saved, firstSize, this.#serverStarter(accountUri, node), reopened);
  }

  /** Every shell, for keeping. */
  all(): readonly Shell[] {
    return [...this.#shells.values()];
  }

  /** A new shell with the target of an old one. */
  duplicate(id: ShellId, size: TerminalSize): ShellId {
    const { target, accountUri } = this.get(id).info;
    if (target.kind === 'server') return this.open({ ...target, size });
    const folder = this.#local.folderOf(id) ?? target.folder;
    return this.openTarget({ accountUri, target: { ...target, folder }, size });
  }

  reconnect(id: ShellId, size: TerminalSize): void {
    const shell = this.get(id);
    const { accountUri, target } = shell.info;
    if (accountUri && target.kind === 'server') this.#access.identity(accountUri);
    shell.start(size);
  }

  get(id: ShellId): Shell {
    const shell = this.#shells.get(id);
    if (shell) return shell;
    throw new AppError('not-found', 'This shell is closed.');
  }

  /** A lease of a connection that a shell has to this server as this login; undefined when none is open. */
  leaseConnection(accountUri: AccountUri, nodeId: string, login: string): SshConnection | undefined {
    const key = connectionKey(accountUri, nodeId, login);
    return [...this.#connections].find((entry) => entry.key === key && entry.shared.isOpen)?.shared.lease();
  }

  find(id: ShellId): Shell | undefined {
    return this.#shells.get(id);
  }

  close(id: ShellId): void {
    const shell = this.#shells.get(id);
    this.#shells.delete(id);
    shell?.close();
    this.#local.forget(id);
    this.#hub.put({ slice: 'shells', key: id, value: null });
  }

  /** Ends the connections of an account that signed out; the screens stay, and so do shells of this machine. */
  endAll(accountUri: AccountUri): void {
    for (const shell of this.#shells.values()) {
      const { info } = shell;
      if (info.accountUri !== accountUri || info.target.kind !== 'server' || shell.isEnded) continue;
      shell.close();
      this.#changed({
        ...info,
        status: {
          kind: 'ended',
          at: this.#now().toISOString(),
          end: {
            kind: 'failed',
            error: toErrorInfo(new AppError('signed-out', 'You signed out.', { action: 'sign-in' })),
          },
        },
      });
    }
  }

  dispose(): void {
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  #add(
    identity: Omit<ShellInfo, 'status'>,
    size: TerminalSize,
    start: TerminalStarter,
    reopened?: ShellOptions['reopened'],
  ): ShellId {
    const { id, accountUri, target } = identity;
    const shell = new Shell(
      {
        identity,
        start,
        onChange: (info) => this.#changed(info),
        onFailure: (error) => {
          this.#log.error('shell-failed', error, { shell: asWord(id) });
          if (accountUri && target.kind === 'server') this.#access.noteFailure(accountUri, error);
        },
        now: this.#now,
        reopened,
      },
      size,
    );
    this.#shells.set(id, shell);
    if (reopened) this.#changed(shell.info);
    else shell.start(size);
    return id;
  }

  #serverStarter(
    accountUri: AccountUri,
    target: { nodeId: string; nodeName: string; login: string },
  ): TerminalStarter {
    return async (request, signal) => {
      const identity = await this.#access.identityFor(accountUri, target, signal);
      const proxy = await this.#access.proxy(accountUri);
      request.onStep('server');
      const shared = new SharedConnection(await connectToNode({ proxy, identity, ...target }, signal));
      const entry = { key: connectionKey(accountUri, target.nodeId, target.login), shared };
      this.#connections.add(entry);
      shared.onClose(() => this.#connections.delete(entry));
      return openServerTerminal(shared.lease(), request, signal);
    };
  }

  #changed(info: ShellInfo): void {
    if (info.status.kind === 'open' && info.target.kind === 'server')
      this.#access.rememberLogin(info.target.serverUri, info.target.login);
    if (this.#shells.has(info.id)) this.#hub.put({ slice: 'shells', key: info.id, value: info });
  }
}

function connectionKey(accountUri: AccountUri, nodeId: string, login: string): string {
  return JSON.stringify([accountUri, nodeId, login]);
}
