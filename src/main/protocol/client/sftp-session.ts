import type { Duplex } from 'node:stream';
import { AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import type { Disposable } from '../../../shared/lifecycle/disposable.ts';
import { Emitter } from '../../../shared/lifecycle/emitter.ts';
import type { FileAttributes } from '../codec/sftp/attributes.ts';
import { PacketSplitter } from '../codec/sftp/packet-splitter.ts';
import { decodeAnswer, decodeVersion, type NameEntry, type SftpAnswer } from '../codec/sftp/answers.ts';
import { malformedSftp, maxPacketBytes, sftpStatus, sftpVersion } from '../codec/sftp/packets.ts';
import { encodeInit, encodeRequest, type SftpRequest } from '../codec/sftp/requests.ts';
import { errorFromStatus } from '../codec/sftp/sftp-error.ts';
import { connectionLost } from '../net/ssh/ssh-errors.ts';

const greetingMs = 15_000;
const smallBytes = 8_192;
const fewRequests = 8;

type AnswerOf<T extends SftpAnswer['type']> = Extract<SftpAnswer, { readonly type: T }>;

interface Pending {
  readonly settle: (answer: SftpAnswer) => void;
  readonly fail: (error: AppError) => void;
}

/** One SFTP conversation on a channel (ssh.md 2.1). Any number of requests may be under way; answers find their askers. */
export class SftpSession implements Disposable {
  readonly #stream: Duplex;
  readonly #splitter = new PacketSplitter(maxPacketBytes);
  readonly #pending = new Map<number, Pending>();
  readonly #closed = new Emitter<AppError | undefined>();
  #extensions: ReadonlyMap<string, string> = new Map();
  /** Requests that have not been written yet. */
  #waiting: Buffer[] = [];
  #isFull = false;
  #onGreeting: ((body: Buffer) => void) | undefined;
  #lastId = 0;
  #error: AppError | undefined;
  #isDisposed = false;

  private constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', (error: Error) =>
      this.#end(isAppError(error) ? error : connectionLost(error.message, error)),
    );
    stream.once('close', () => this.#end(connectionLost('the file channel was closed')));
  }

  /** Greets the server on a channel whose subsystem `sftp` has started. Throws coded errors; the stream is then destroyed. */
  static async start(stream: Duplex, signal?: AbortSignal): Promise<SftpSession> {
    const session = new SftpSession(stream);
    try {
      await session.#greet(signal);
      return session;
    } catch (error) {
      session.dispose();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#error === undefined && !this.#isDisposed;
  }

  /** Fires once; with the reason when nobody asked for the end. */
  get onClose() {
    return this.#closed.event;
  }

  /** Whether the server knows an extension such as `posix-rename@openssh.com`. */
  knows(extension: string): boolean {
    return this.#extensions.has(extension);
  }

  /** Sends one request and waits for its answer; a status other than `ok` is the caller's to judge. */
  async ask(request: SftpRequest): Promise<SftpAnswer> {
    if (this.#error) throw this.#error;
    this.#lastId = (this.#lastId + 1) >>> 0;
    const id = this.#lastId;
    const answer = new Promise<SftpAnswer>((settle, fail) => this.#pending.set(id, { settle, fail }));
    answer.catch(() => undefined);
    this.#send(encodeRequest(id, request));
    return answer;
  }

  /** `what` says in an error what was tried, such as `read notes.txt`. */
  async expect<T extends SftpAnswer['type']>(
    type: T,
    request: SftpRequest,
    what: string,
  ): Promise<AnswerOf<T>> {
    const answer = await this.ask(request);
    if (answer.type === type && !(answer.type === 'status' && answer.code !== sftpStatus.ok))
      return answer as AnswerOf<T>;
    if (answer.type === 'status') throw errorFromStatus(answer.code, answer.message, what);
    throw this.#fail(malformedSftp(`an answer of the kind ${answer.type} came where ${type} was asked for`));
  }

  async realpath(path: Uint8Array): Promise<Uint8Array> {
    const { entries } = await this.expect('name', { type: 'realpath', path }, `find ${shown(path)}`);
    const [first] = entries;
    if (!first || first.name.length === 0) throw this.#fail(malformedSftp('a path without a name came'));
    return first.name;
  }

  async stat(path: Uint8Array): Promise<FileAttributes> {
    return (await this.expect('attrs', { type: 'stat', path }, `look at ${shown(path)}`)).attributes;
  }

  /** Of a link itself. */
  async lstat(path: Uint8Array): Promise<FileAttributes> {
    return (await this.expect('attrs', { type: 'lstat', path }, `look at ${shown(path)}`)).attributes;
  }

  async readlink(path: Uint8Array): Promise<Uint8Array> {
    const { entries } = await this.expect('name', { type: 'readlink', path }, `follow ${shown(path)}`);
    return entries[0]?.name ?? new Uint8Array(0);
  }

  /** The entries of a folder as they come, without `.` and `..`. Leaving the loop early closes the folder. */
  async *list(path: Uint8Array, inFlight = 4): AsyncGenerator<readonly NameEntry[], void, void> {
    const what = `list ${shown(path)}`;
    const { handle } = await this.expect('handle', { type: 'opendir', path }, what);
    const asked: Promise<SftpAnswer>[] = [];
    try {
      for (;;) {
        while (asked.length < inFlight) asked.push(this.#quiet({ type: 'readdir', handle }));
        const answer = await asked.shift();
        if (answer?.type === 'name') yield answer.entries.filter(({ name }) => !isDots(name));
        else if (answer?.type === 'status' && answer.code === sftpStatus.eof) return;
        else if (answer?.type === 'status') throw errorFromStatus(answer.code, answer.message, what);
        else throw this.#fail(malformedSftp('a folder was answered with something else'));
      }
    } finally {
      await Promise.allSettled(asked);
      await this.close(handle).catch(() => undefined);
    }
  }

  async open(path: Uint8Array, flags: number, attributes: FileAttributes = {}): Promise<Uint8Array> {
    const request: SftpRequest = { type: 'open', path, flags, attributes };
    return (await this.expect('handle', request, `open ${shown(path)}`)).handle;
  }

  async close(handle: Uint8Array): Promise<void> {
    await this.expect('status', { type: 'close', handle }, 'finish the file');
  }

  /** Undefined at the end of the file. May be shorter than asked for. */
  async read(handle: Uint8Array, offset: number, length: number): Promise<Uint8Array | undefined> {
    const answer = await this.ask({ type: 'read', handle, offset, length });
    if (answer.type === 'data' && answer.data.length <= length) return answer.data;
    if (answer.type === 'status' && answer.code === sftpStatus.eof) return undefined;
    if (answer.type === 'status') throw errorFromStatus(answer.code, answer.message, 'read the file');
    throw this.#fail(malformedSftp('a read was answered with something else'));
  }

  async write(handle: Uint8Array, offset: number, data: Uint8Array): Promise<void> {
    await this.expect('status', { type: 'write', handle, offset, data }, 'write the file');
  }

  /** Any request that is answered with a mere status: `remove`, `mkdir`, `rmdir`, `setstat`, `fsetstat`, `symlink`, `extended`. */
  async run(request: SftpRequest, what: string): Promise<void> {
    await this.expect('status', request, what);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stream.destroy();
    this.#end(undefined);
  }

  async #greet(signal: AbortSignal | undefined): Promise<void> {
    const body = await new Promise<Buffer>((resolve, reject) => {
      this.#onGreeting = resolve;
      this.onClose((error) => reject(error ?? connectionLost('closed')));
      const abort = () => reject(new AppError('cancelled', 'Opening the files was cancelled.'));
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
      const timer = setTimeout(() => reject(silent()), greetingMs);
      this.onClose(() => clearTimeout(timer));
      this.#stream.write(encodeInit());
      this.#onGreeting = (greeting) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        resolve(greeting);
      };
    });
    const { version, extensions } = decodeVersion(body);
    if (version !== sftpVersion) {
      throw new AppError('unsupported', 'This server speaks another version of the file protocol.', {
        reason: `It wants version ${version}; version ${sftpVersion} is what servers use.`,
      });
    }
    this.#extensions = extensions;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const body of this.#splitter.push(chunk)) this.#handle(body);
    } catch (error) {
      this.#fail(isAppError(error) ? error : connectionLost('malformed', error));
    }
  }

  #handle(body: Buffer): void {
    if (this.#onGreeting) {
      const greet = this.#onGreeting;
      this.#onGreeting = undefined;
      greet(body);
      return;
    }
    const { id, answer } = decodeAnswer(body);
    const pending = this.#pending.get(id);
    if (!pending) throw malformedSftp('an answer came that nobody asked for');
    this.#pending.delete(id);
    pending.settle(answer);
  }

  /** A request whose failure is looked at later. */
  #quiet(request: SftpRequest): Promise<SftpAnswer> {
    const answer = this.ask(request);
    answer.catch(() => undefined);
    return answer;
  }

  /** Small requests of one turn go out together: each packet of the connection has its price. */
  #send(packet: Buffer): void {
    if (this.#waiting.push(packet) > 1) return;
    if (this.#pending.size > fewRequests) setImmediate(() => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (this.#isFull || this.#error) return;
    const packets = this.#waiting;
    this.#waiting = [];
    let small: Buffer[] = [];
    let isRoom = true;
    for (const packet of packets) {
      if (packet.length < smallBytes) {
        small.push(packet);
        continue;
      }
      isRoom = this.#stream.write(small.length > 0 ? Buffer.concat([...small, packet]) : packet);
      small = [];
    }
    if (small.length > 0) isRoom = this.#stream.write(Buffer.concat(small));
    if (isRoom) return;
    this.#isFull = true;
    this.#stream.once('drain', () => {
      this.#isFull = false;
      this.#flush();
    });
  }

  #fail(error: AppError): AppError {
    this.#end(error);
    this.#stream.destroy();
    return error;
  }

  #end(error: AppError | undefined): void {
    if (this.#error) return;
    this.#error = error ?? connectionLost('closed');
    for (const pending of this.#pending.values()) pending.fail(this.#error);
    this.#pending.clear();
    this.#closed.fire(this.#isDisposed ? undefined : this.#error);
    this.#closed.dispose();
  }
}

function isDots(name: Uint8Array): boolean {
  return (name.length === 1 || name.length === 2) && name.every((byte) => byte === 0x2e);
}

function shown(path: Uint8Array): string {
  return displayRemoteName(Buffer.from(path).toString('utf8')).slice(0, 300);
}

function silent(): AppError {
  return new AppError('timed-out', 'The server did not answer the request for its files.', {
    advice: 'Try again.',
    action: 'retry',
  });
}
