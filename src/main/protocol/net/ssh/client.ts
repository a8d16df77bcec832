import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { Emitter, type Event } from '../../../../shared/lifecycle/emitter.ts';
import { certificateAlgorithms } from '../../codec/ssh/algorithms.ts';
import { parseSshCertificate } from '../../codec/ssh/certificate.ts';
import { findCertificateFault, hostUntrusted } from '../../codec/ssh/check-certificate.ts';
import { hearStream, KeepAlive } from '../keep-alive.ts';
import { createForwardedAgent } from './agent.ts';
import { offeredAlgorithms } from './algorithms.ts';
import { guardTerminals, hookHostCertificates, hookUserCertificates } from './certificate-hooks.ts';
import { type SshChannel, type TerminalDimensions, wrapChannel } from './channel.ts';
import type { SshIdentity } from './identity.ts';
import { loadKey } from './load-key.ts';
import { loadSsh2 } from './load-ssh2.ts';
import { watchRefusals } from './refusal-text.ts';
import { channelRefused, connectionLost, fromSsh2Error } from './ssh-errors.ts';
import { limitTerminalWindows } from './terminal-window.ts';
import { assertShape, type ChannelInternals, internalsOf, offerHostKeys } from './ssh2-internals.ts';

const defaultReadyTimeoutMs = 15_000;

export interface ConnectSshOptions {
  /** Carries the connection; it is destroyed with it. */
  readonly stream: Duplex;
  readonly username: string;
  readonly identity: SshIdentity;
  /** Who the other side must be: ssh.md 4.3. */
  readonly host: {
    /** For messages. */
    readonly name: string;
    readonly authorities: readonly Uint8Array[];
    readonly principals: readonly string[];
  };
  /** Lets the far side use an agent that holds `identity` (recording proxies). */
  readonly forwardAgent?: boolean;
  readonly readyTimeoutMs?: number;
  readonly now?: () => Date;
}

export interface ShellOptions extends TerminalDimensions {
  readonly term: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ExecOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** One authenticated SSH connection. Nothing here can send a request that a Teleport server does not know (ssh.md 0). */
export interface SshConnection {
  readonly isOpen: boolean;
  /** Fires once, with the reason when the end was not asked for. */
  readonly onClose: Event<AppError | undefined>;
  openShell(options: ShellOptions, signal?: AbortSignal): Promise<SshChannel>;
  exec(command: string, options?: ExecOptions, signal?: AbortSignal): Promise<SshChannel>;
  /** The channel of a subsystem as a byte stream; stderr text of a refusal becomes the error. */
  openSubsystem(name: string, signal?: AbortSignal): Promise<ClientChannel>;
  openDirectTcpip(host: string, port: number, signal?: AbortSignal): Promise<ClientChannel>;
  /** Round trip of an `keepalive@openssh.com` request, in milliseconds. */
  ping(signal?: AbortSignal): Promise<number>;
  dispose(): void;
}

/** Connects, checks the host's certificate and authenticates with the user's. */
export async function connectSsh(options: ConnectSshOptions, signal?: AbortSignal): Promise<SshConnection> {
  const ssh2 = await loadSsh2();
  const key = loadKey(ssh2, options, signal);
  const client = new ssh2.Client();
  const state = new ConnectionState(client, options);
  return new Promise<SshConnection>((resolve, reject) => {
    const abort = () => state.fail(new AppError('cancelled', 'The connection was cancelled.'));
    signal?.addEventListener('abort', abort, { once: true });
    state.onClose((error) => {
      signal?.removeEventListener('abort', abort);
      reject(error ?? connectionLost('closed before it was ready'));
    });
    client.once('ready', () => {
      signal?.removeEventListener('abort', abort);
      state.keepAlive();
      resolve(state);
    });
    try {
      client.connect({
        sock: options.stream as never,
        username: options.username,
        authHandler: [{ type: 'publickey', username: options.username, key } as never],
        hostVerifier: (blob: Buffer) => state.verifyHost(blob),
        algorithms: offeredAlgorithms,
        readyTimeout: options.readyTimeoutMs ?? defaultReadyTimeoutMs,
        // Ours follows the settings, also of connections that are open.
        keepaliveInterval: 0,
        ...(options.forwardAgent
          ? { agent: createForwardedAgent(ssh2.BaseAgent, options.identity) as never, agentForward: true }
          : {}),
      });
      state.hook();
    } catch (error) {
      state.fail(
        error instanceof AppError
          ? error
          : fromSsh2Error(error as Error, options.username, options.host.name),
      );
    }
  });
}

class ConnectionState implements SshConnection {
  readonly #client: Client;
  readonly #options: ConnectSshOptions;
  readonly #closed = new Emitter<AppError | undefined>();
  #error: AppError | undefined;
  #isOpen = true;
  #askedToEnd = false;
  #hasPty: (channel: number) => boolean = () => false;
  #refusals: { take(): string } = { take: () => '' };
  #asTerminal: (start: StartChannel) => StartChannel = (start) => start;

  constructor(client: Client, options: ConnectSshOptions) {
    this.#client = client;
    this.#options = options;
    const { stream } = options;
    // A hop that only ends its data would leave ssh2 waiting for ever (ssh.md 1.4 rule 6).
    stream.once('end', () => setImmediate(() => stream.destroy()));
    stream.once('error', (error: Error) => this.#keep(error));
    client.on('error', (error) => {
      this.#keep(error);
      // ssh2 only ends its side on a protocol error; a peer that ignores that must not keep us.
      setImmediate(() => stream.destroy());
    });
    client.once('close', () => this.#finish());
    stream.once('close', () => setImmediate(() => this.#finish()));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get onClose(): Event<AppError | undefined> {
    return this.#closed.event;
  }

  hook(): void {
    const protocol = assertShape(this.#client);
    offerHostKeys(
      protocol,
      certificateAlgorithms.map((algorithm) => algorithm.name),
    );
    hookHostCertificates(protocol);
    hookUserCertificates(protocol);
    this.#hasPty = guardTerminals(protocol).hasPty;
    this.#refusals = watchRefusals(protocol);
    this.#asTerminal = limitTerminalWindows(protocol);
  }

  /** Tests the connection while it is quiet. */
  keepAlive(): void {
    const keepAlive = new KeepAlive({
      ping: () => void this.ping().catch(() => undefined),
      onDead: () => this.fail(connectionLost('no answer to keep-alive questions')),
    });
    const hearing = hearStream(this.#options.stream, keepAlive);
    this.onClose(() => {
      hearing.dispose();
      keepAlive.dispose();
    });
  }

  /** Called by ssh2 on the first and on each later key exchange. Only `true` accepts. */
  verifyHost(blob: Buffer): boolean {
    const { name, authorities, principals } = this.#options.host;
    try {
      const now = this.#options.now?.() ?? new Date();
      const fault = findCertificateFault(parseSshCertificate(blob), {
        role: 'host',
        authorities,
        principals,
        now,
      });
      if (fault === undefined) return true;
      this.#error ??= hostUntrusted(fault, name);
    } catch {
      this.#error ??= hostUntrusted('bad-signature', name);
    }
    return false;
  }

  fail(error: AppError): void {
    this.#error ??= error;
    this.#client.destroy();
    this.#options.stream.destroy();
    this.#finish();
  }

  dispose(): void {
    this.#askedToEnd = true;
    if (!this.#isOpen) return;
    this.#client.end();
    setImmediate(() => this.#options.stream.destroy());
  }

  openShell(options: ShellOptions, signal?: AbortSignal): Promise<SshChannel> {
    const window: PseudoTtyOptions = {
      term: options.term,
      cols: options.cols,
      rows: options.rows,
      width: 0,
      height: 0,
    };
    const start: StartChannel = (done) => this.#client.shell(window, { env: { ...options.env } }, done);
    return this.#wrapped(signal, this.#asTerminal(start));
  }

  exec(command: string, options: ExecOptions = {}, signal?: AbortSignal): Promise<SshChannel> {
    const given = { env: { ...options.env } };
    return this.#wrapped(signal, (done) => this.#client.exec(command, given, done));
  }

  openSubsystem(name: string, signal?: AbortSignal): Promise<ClientChannel> {
    return this.#open(signal, (done) => this.#client.subsys(name, done));
  }

  openDirectTcpip(host: string, port: number, signal?: AbortSignal): Promise<ClientChannel> {
    return this.#open(signal, (done) => this.#client.forwardOut('127.0.0.1', 0, host, port, done));
  }

  ping(signal?: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const undo = this.onClose((error) => reject(error ?? connectionLost('closed')));
      const abort = () => settle(() => reject(new AppError('cancelled', 'The measurement was cancelled.')));
      const settle = (work: () => void) => {
        undo.dispose();
        signal?.removeEventListener('abort', abort);
        work();
      };
      signal?.addEventListener('abort', abort, { once: true });
      const internals = internalsOf(this.#client);
      internals._callbacks?.push(() => settle(() => resolve(performance.now() - started)));
      (internals._protocol as unknown as { ping(): void }).ping();
    });
  }

  async #wrapped(signal: AbortSignal | undefined, start: StartChannel): Promise<SshChannel> {
    let wrapped: SshChannel | undefined;
    await this.#open(signal, (done) =>
      start((error, raw) => {
        // Wrapped in ssh2's own turn: bytes that follow at once must find their listeners.
        if (!error)
          wrapped = wrapChannel(raw, {
            resize: (c, s) => this.#resize(c, s),
            connectionError: () => this.#error,
          });
        done(error, raw);
      }),
    );
    if (!wrapped) throw connectionLost('channel closed at once');
    return wrapped;
  }

  #open(signal: AbortSignal | undefined, start: StartChannel): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(this.#error ?? connectionLost('closed'));
        return;
      }
      const undo = this.onClose((error) => reject(error ?? connectionLost('closed')));
      const abort = () => reject(new AppError('cancelled', 'Opening the channel was cancelled.'));
      signal?.addEventListener('abort', abort, { once: true });
      start((error, channel) => {
        undo.dispose();
        signal?.removeEventListener('abort', abort);
        if (error) reject(this.#error ?? channelRefused(this.#refusals.take() || error.message, error));
        else if (signal?.aborted) channel.close();
        else resolve(channel);
      });
    });
  }

  #resize(channel: ClientChannel, size: TerminalDimensions): void {
    const id = (channel as unknown as ChannelInternals).outgoing?.id;
    if (id === undefined || !channel.writable || !this.#hasPty(id)) return;
    internalsOf(this.#client)._protocol.windowChange(id, size.rows, size.cols, 0, 0);
  }

  #keep(error: Error): void {
    this.#error ??= fromSsh2Error(error, this.#options.username, this.#options.host.name);
  }

  #finish(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (!this.#askedToEnd) this.#error ??= connectionLost('the other side closed the connection');
    this.#closed.fire(this.#askedToEnd ? undefined : this.#error);
    this.#closed.dispose();
  }
}

type StartChannel = (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown;
