import type { ShellEnd, ShellInfo, ShellStatus } from '../../shared/contract/shells.ts';
import type { TerminalSize } from '../../shared/contract/ids.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { cancelled } from '../protocol/net/dial-errors.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { type AttachmentSink, ShellAttachment } from './shell-attachment.ts';
import type { Terminal, TerminalEnd, TerminalStarter } from './terminal.ts';

const replayBytes = 2 << 20;
/** The program is held back when a page is this far behind, and let go when it has caught up. */
const highLagBytes = 512 << 10;
const lowLagBytes = 128 << 10;
/**
 * Takes back what a program of the last run may have left on: other screen, mouse reports, colours, hidden cursor. Mode 47
 * and not 1049, which would move the cursor to where none was saved.
 */
const quietScreen = Buffer.from(
  '\u001b[?47l\u001b[?1000;1002;1003;1006;2004l\u001b[?25h\u001b[0m\r\n',
  'latin1',
);
const maxPendingInput = 1 << 20;

export interface ShellOptions {
  readonly identity: Omit<ShellInfo, 'status'>;
  readonly start: TerminalStarter;
  readonly onChange: (info: ShellInfo) => void;
  /** For log and for marking an account as expired. */
  readonly onFailure: (error: AppError) => void;
  readonly now: () => Date;
  /** A shell of the last run: ended, with the screen that it had. */
  readonly reopened?: { readonly at: string; readonly screen: Uint8Array } | undefined;
}

/** One shell with its screen. It outlives pages; it keeps its output across reconnections. */
export class Shell {
  readonly #options: ShellOptions;
  readonly #buffer = new ReplayBuffer(replayBytes);
  readonly #attachments = new Set<ShellAttachment>();
  #status: ShellStatus;
  #size: TerminalSize;
  #attempt: AbortController | undefined;
  #terminal: Terminal | undefined;
  #isHeld = false;
  #pumpScheduled = false;
  #pendingInput: Buffer[] = [];
  #pendingInputBytes = 0;

  constructor(options: ShellOptions, size: TerminalSize) {
    this.#options = options;
    this.#size = size;
    const { reopened } = options;
    if (reopened) {
      this.#buffer.append(reopened.screen);
      this.#buffer.append(quietScreen);
    }
    this.#status = reopened ? { kind: 'ended', at: reopened.at, end: { kind: 'reopened' } } : this.#firstStep;
  }

  get info(): ShellInfo {
    return { ...this.#options.identity, status: this.#status };
  }

  get isEnded(): boolean {
    return this.#status.kind === 'ended';
  }

  /** Grows with each byte of output. */
  get outputBytes(): number {
    return this.#buffer.end;
  }

  /** The last output, to be shown again by the next run. */
  screen(maxBytes: number): Uint8Array {
    return this.#buffer.tail(maxBytes);
  }

  /** Connects in the background; the status tells how it goes. */
  start(size: TerminalSize): void {
    if (this.#attempt) return;
    this.#size = size;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#setStatus(this.#firstStep);
    void this.#run(attempt.signal).then((end) => {
      if (this.#attempt !== attempt) return;
      this.#attempt = undefined;
      this.#finish(end);
    });
  }

  attach(sink: AttachmentSink, from: number): ShellAttachment {
    const attachment = new ShellAttachment(this.#buffer, sink, from);
    this.#attachments.add(attachment);
    return attachment;
  }

  detach(attachment: ShellAttachment): void {
    this.#attachments.delete(attachment);
    this.#balance();
  }

  refund(attachment: ShellAttachment, count: number): void {
    attachment.refund(count);
    this.#balance();
  }

  /** What is typed while the connection is being made is kept; after the end it is dropped. */
  write(bytes: Uint8Array): void {
    const data = Buffer.from(bytes);
    if (this.#terminal) {
      this.#terminal.write(data);
      return;
    }
    if (this.isEnded || this.#pendingInputBytes + data.length > maxPendingInput) return;
    this.#pendingInput.push(data);
    this.#pendingInputBytes += data.length;
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#terminal?.resize(size);
  }

  /** Ends the shell and its connection for good. */
  close(): void {
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.#terminal?.close();
    this.#terminal = undefined;
    this.#attachments.clear();
  }

  get #firstStep(): ShellStatus {
    return {
      kind: 'connecting',
      step: this.#options.identity.target.kind === 'server' ? 'proxy' : 'shell',
    };
  }

  async #run(signal: AbortSignal): Promise<ShellEnd> {
    try {
      const onStep = (step: 'proxy' | 'server' | 'shell') => {
        if (!signal.aborted) this.#setStatus({ kind: 'connecting', step });
      };
      const terminal = await this.#options.start({ size: this.#size, onStep }, signal);
      if (signal.aborted) {
        terminal.close();
        throw cancelled();
      }
      return toShellEnd(await this.#serve(terminal));
    } catch (error) {
      return { kind: 'failed', error: toErrorInfo(this.#known(error)) };
    } finally {
      if (!signal.aborted) this.#terminal = undefined;
    }
  }

  async #serve(terminal: Terminal): Promise<TerminalEnd> {
    terminal.onData((chunk) => this.#take(chunk));
    this.#terminal = terminal;
    // The size may have changed while the shell was being opened.
    terminal.resize(this.#size);
    this.#setStatus({ kind: 'open', since: this.#options.now().toISOString() });
    for (const data of this.#pendingInput) terminal.write(data);
    this.#dropPendingInput();
    this.#isHeld = false;
    terminal.resume();
    const end = await terminal.ended;
    if (end.kind === 'lost') this.#options.onFailure(end.error);
    return end;
  }

  #take(chunk: Uint8Array): void {
    this.#buffer.append(chunk);
    this.#balance();
    if (this.#pumpScheduled) return;
    // What arrives in the same turn goes out as one frame.
    this.#pumpScheduled = true;
    setImmediate(() => {
      this.#pumpScheduled = false;
      for (const attachment of this.#attachments) attachment.pump();
      this.#balance();
    });
  }

  #balance(): void {
    const lag = Math.max(0, ...[...this.#attachments].map((attachment) => attachment.lag));
    if (!this.#isHeld && lag > highLagBytes) {
      this.#isHeld = true;
      this.#terminal?.pause();
    } else if (this.#isHeld && lag < lowLagBytes) {
      this.#isHeld = false;
      this.#terminal?.resume();
    }
  }

  #finish(end: ShellEnd): void {
    this.#dropPendingInput();
    this.#setStatus({ kind: 'ended', at: this.#options.now().toISOString(), end });
  }

  #known(error: unknown): AppError {
    const known = isAppError(error)
      ? error
      : new AppError('internal', 'Opening the shell failed inside Porthole.', {
          action: 'retry',
          cause: error,
        });
    this.#options.onFailure(known);
    return known;
  }

  #dropPendingInput(): void {
    this.#pendingInput = [];
    this.#pendingInputBytes = 0;
  }

  #setStatus(status: ShellStatus): void {
    this.#status = status;
    this.#options.onChange(this.info);
  }
}

function toShellEnd(end: TerminalEnd): ShellEnd {
  if (end.kind === 'lost') return { kind: 'failed', error: toErrorInfo(end.error) };
  return end;
}
