import { randomUUID } from 'node:crypto';
import type { ShellId, TerminalSize } from '../../shared/contract/ids.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import { AppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { type AccountUri, accountOf, parseResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import type { Logger } from '../log/log.ts';
import { connectToNode } from '../protocol/client/node-session.ts';
import type { ProxyConnection } from '../protocol/client/proxy-types.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { StateHub } from '../state/state-hub.ts';
import { Shell, type ShellConnector } from './shell.ts';

export interface ShellAccess {
  identity(uri: AccountUri): AccountIdentity;
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

/** Every shell of the app, by id. */
export class ShellService {
  readonly #hub: StateHub;
  readonly #access: ShellAccess;
  readonly #log: Logger;
  readonly #now: () => Date;
  readonly #shells = new Map<ShellId, Shell>();

  constructor(options: { hub: StateHub; access: ShellAccess; log: Logger; now: () => Date }) {
    this.#hub = options.hub;
    this.#access = options.access;
    this.#log = options.log;
    this.#now = options.now;
  }

  /** Throws `session-expired` or `signed-out` before anything is opened, so that the page can ask and go on. */
  open(request: OpenShellRequest): ShellId {
    const server = parseResourceUri(request.serverUri);
    if (server?.kind !== 'server') throw new AppError('unsupported', 'Only servers can be opened yet.');
    const accountUri = accountOf(request.serverUri);
    this.#access.identity(accountUri);
    const id = randomUUID();
    const shell = new Shell(
      {
        identity: {
          id,
          accountUri,
          target: {
            kind: 'server',
            serverUri: request.serverUri,
            serverName: request.serverName,
            login: request.login,
          },
        },
        connect: this.#connector(accountUri, {
          nodeId: server.id,
          nodeName: request.serverName,
          login: request.login,
        }),
        onChange: (info) => this.#changed(info),
        onFailure: (error) => {
          this.#log.error('shell-failed', error, { shell: id });
          this.#access.noteFailure(accountUri, error);
        },
        now: this.#now,
      },
      request.size,
    );
    this.#shells.set(id, shell);
    shell.start(request.size);
    return id;
  }

  /** A new shell with the target of an old one. */
  duplicate(id: ShellId, size: TerminalSize): ShellId {
    const { target } = this.get(id).info;
    if (target.kind === 'local') throw new AppError('unsupported', 'This terminal cannot be duplicated.');
    return this.open({ ...target, size });
  }

  reconnect(id: ShellId, size: TerminalSize): void {
    const shell = this.get(id);
    const { accountUri } = shell.info;
    if (accountUri) this.#access.identity(accountUri);
    shell.start(size);
  }

  get(id: ShellId): Shell {
    const shell = this.#shells.get(id);
    if (shell) return shell;
    throw new AppError('not-found', 'This shell is closed.');
  }

  find(id: ShellId): Shell | undefined {
    return this.#shells.get(id);
  }

  close(id: ShellId): void {
    const shell = this.#shells.get(id);
    this.#shells.delete(id);
    shell?.close();
    this.#hub.put({ slice: 'shells', key: id, value: null });
  }

  /** Ends the connections of an account that signed out; the screens stay. */
  endAll(accountUri: AccountUri): void {
    for (const shell of this.#shells.values()) {
      if (shell.info.accountUri !== accountUri || shell.isEnded) continue;
      shell.close();
      this.#changed({
        ...shell.info,
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

  #connector(
    accountUri: AccountUri,
    target: { nodeId: string; nodeName: string; login: string },
  ): ShellConnector {
    return async (onStep, signal) => {
      const identity = this.#access.identity(accountUri);
      const proxy = await this.#access.proxy(accountUri);
      onStep('server');
      return connectToNode({ proxy, identity, ...target }, signal);
    };
  }

  #changed(info: ShellInfo): void {
    if (info.status.kind === 'open' && info.target.kind === 'server')
      this.#access.rememberLogin(info.target.serverUri, info.target.login);
    if (this.#shells.has(info.id)) this.#hub.put({ slice: 'shells', key: info.id, value: info });
  }
}
