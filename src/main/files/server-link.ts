import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import type { AccountUri, ResourceUri } from '../../shared/uri/uri.ts';
import { connectToNode } from '../protocol/client/node-session.ts';
import type { ProxyConnection } from '../protocol/client/proxy-types.ts';
import { SftpSession } from '../protocol/client/sftp-session.ts';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import type { SshConnection } from '../protocol/net/ssh/client.ts';
import { connectionLost } from '../protocol/net/ssh/ssh-errors.ts';

/** What files need of accounts and shells. */
export interface FileAccess {
  identity(uri: AccountUri): AccountIdentity;
  /** Asks for a second factor where the server's roles want one for each session. */
  identityFor(
    uri: AccountUri,
    target: { readonly nodeId: string; readonly nodeName: string; readonly login: string },
    signal: AbortSignal,
  ): Promise<AccountIdentity>;
  proxy(uri: AccountUri): Promise<ProxyConnection>;
  noteFailure(uri: AccountUri, error: AppError): void;
  /** A lease of the connection that a shell has to this server; undefined when none is open. */
  leaseConnection(uri: AccountUri, nodeId: string, login: string): SshConnection | undefined;
}

/** Which server, as whom. */
export interface ServerPlace {
  readonly accountUri: AccountUri;
  readonly serverUri: ResourceUri;
  readonly nodeId: string;
  readonly serverName: string;
  readonly login: string;
}

const never = new AbortController().signal;

/** The way to the files of one server as one login: a connection, a shell's where there is one, and SFTP channels on it. */
export class ServerLink {
  readonly place: ServerPlace;
  readonly #access: FileAccess;
  readonly #lost = new Emitter<AppError>();
  #connecting: Promise<SshConnection> | undefined;
  #connection: SshConnection | undefined;
  #sessions: SftpSession[] = [];
  #opening: Promise<SftpSession> | undefined;
  #holders = 0;

  constructor(place: ServerPlace, access: FileAccess) {
    this.place = place;
    this.#access = access;
  }

  /** The connection was lost without being asked for. */
  get onLost() {
    return this.#lost.event;
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  hold(): void {
    this.#holders += 1;
  }

  /** Ends the connection when nobody is left. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders <= 0) this.end();
  }

  /** The first channel, opened when there is none. */
  async session(signal: AbortSignal = never): Promise<SftpSession> {
    const [first] = this.#open();
    if (first) return first;
    this.#opening ??= this.#addSession().finally(() => {
      this.#opening = undefined;
    });
    const opened = await abortable(this.#opening, signal);
    return opened.isOpen ? opened : this.session(signal);
  }

  /** So many channels, or fewer where the server gives no more; each has a window of its own (RFC 4254, 5.2). */
  async sessions(count: number, signal: AbortSignal = never): Promise<readonly SftpSession[]> {
    await this.session(signal);
    while (this.#open().length < count) {
      try {
        await abortable(this.#addSession(), signal);
      } catch (error) {
        if (isAppError(error, 'cancelled') || this.#open().length === 0) throw error;
        break;
      }
    }
    return this.#open().slice(0, count);
  }

  /** For commands such as a checksum; fails where the account may run none. */
  async connection(signal: AbortSignal = never): Promise<SshConnection> {
    if (this.#connection?.isOpen) return this.#connection;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return abortable(this.#connecting, signal);
  }

  /** Ends channels and connection; the next use connects again. */
  end(): void {
    for (const session of this.#sessions) session.dispose();
    this.#sessions = [];
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.dispose();
    void this.#connecting?.then((late) => {
      if (this.#connection === late && !this.isHeld) this.end();
    }, ignore);
  }

  #open(): SftpSession[] {
    this.#sessions = this.#sessions.filter((session) => session.isOpen);
    return this.#sessions;
  }

  async #connect(): Promise<SshConnection> {
    const { accountUri, nodeId, serverName: nodeName, login } = this.place;
    const connection =
      this.#access.leaseConnection(accountUri, nodeId, login) ??
      (await this.#connectAnew({ nodeId, nodeName, login }));
    this.#connection = connection;
    connection.onClose((error) => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      this.#lost.fire(error ?? connectionLost('the connection was closed'));
    });
    return connection;
  }

  async #connectAnew(target: { nodeId: string; nodeName: string; login: string }): Promise<SshConnection> {
    const { accountUri } = this.place;
    try {
      this.#access.identity(accountUri);
      const identity = await this.#access.identityFor(accountUri, target, never);
      const proxy = await this.#access.proxy(accountUri);
      return await connectToNode({ proxy, identity, ...target });
    } catch (error) {
      if (isAppError(error)) this.#access.noteFailure(accountUri, error);
      throw error;
    }
  }

  async #addSession(): Promise<SftpSession> {
    const connection = await this.connection();
    const session = await startSftp(connection);
    this.#sessions.push(session);
    return session;
  }
}

async function startSftp(connection: SshConnection): Promise<SftpSession> {
  let stream;
  try {
    stream = await connection.openSubsystem('sftp');
  } catch (error) {
    if (isAppError(error, 'access-denied') && !/permission|denied/i.test(error.reason ?? ''))
      throw noSftp(error);
    throw error;
  }
  try {
    return await SftpSession.start(stream);
  } catch (error) {
    // A server that accepts the subsystem and has no program for it ends the channel at once.
    if (isAppError(error, 'connection-lost') && connection.isOpen) throw noSftp(error);
    throw error;
  }
}

function noSftp(cause: AppError): AppError {
  return new AppError('unsupported', 'This server shares no files over SFTP.', {
    reason:
      cause.reason === undefined || cause.reason === '' ? 'Its SSH service does not offer it.' : cause.reason,
    advice: 'Use the terminal, or ask an administrator to switch SFTP on.',
    detail: cause.detail,
    cause,
  });
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new AppError('cancelled', 'It was cancelled.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function ignore(): void {}
