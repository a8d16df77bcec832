import { constants, hostname } from 'node:os';
import { type IPty, spawn } from '@lydell/node-pty';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import { openInput, type PtyInput } from '../pty/pty-input.ts';
import { FolderReports } from './folder-reports.ts';
import { folderOfProcess, foregroundGroup, isAlive, signalGroup } from './process-groups.ts';

export interface LocalTerminalOptions {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Must exist. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly size: { readonly cols: number; readonly rows: number };
  /** Comes before the program's own output. */
  readonly greeting?: string;
}

export type LocalTerminalEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string };

const term = 'xterm-256color';
/** A process that ignores the hangup is killed after this. */
const graceMs = 1_000;
const pausedCheckMs = 50;
const promptBytes = 2_048;

/** A program in a pseudo-terminal of this machine. It starts paused. */
export class LocalTerminal {
  readonly #pty: IPty;
  readonly #onData = new Emitter<Uint8Array>();
  readonly #reports = new FolderReports(hostname());
  readonly #input: PtyInput;
  readonly #groups = new Set<number>();
  #folder: string;
  #greeting: string;
  #isEnded = false;
  #pausedCheck: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;

  readonly onData = this.#onData.event;
  readonly ended: Promise<LocalTerminalEnd>;

  constructor(options: LocalTerminalOptions) {
    this.#folder = options.folder;
    this.#greeting = options.greeting ?? '';
    this.#pty = spawn(options.program, [...options.arguments], {
      name: term,
      cols: options.size.cols,
      rows: options.size.rows,
      cwd: options.folder,
      env: { ...options.environment },
      // Bytes as they are; the declarations know text only.
      ...(process.platform === 'win32' ? {} : { encoding: null }),
    });
    this.#input = openInput(this.#pty);
    this.#pty.onData((chunk: string | Buffer) => this.#take(chunk));
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#finish();
        const name = signal ? signalName(signal) : undefined;
        resolve(name ? { kind: 'signalled', signal: name } : { kind: 'exited', code: exitCode });
      });
    });
    this.pause();
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Where the shell is: asked of the system, or what the shell itself reported last. */
  get folder(): string {
    if (!this.#isEnded) this.#folder = folderOfProcess(this.#pty.pid) ?? this.#folder;
    return this.#folder;
  }

  write(bytes: Uint8Array): void {
    if (this.#isEnded) return;
    // Before a shell ends it is told to, so this is in time to know its folder.
    void this.folder;
    this.#input.push(bytes);
  }

  /** While it is paused, the end of the program must not cut off what it has written. */
  pause(): void {
    if (this.#isEnded || this.#pausedCheck) return;
    this.#pty.pause();
    this.#pausedCheck = setInterval(() => {
      if (!isAlive(this.#pty.pid)) this.resume();
    }, pausedCheckMs);
  }

  resume(): void {
    clearInterval(this.#pausedCheck);
    this.#pausedCheck = undefined;
    if (this.#greeting !== '') this.#onData.fire(Buffer.from(this.#greeting, 'utf8'));
    this.#greeting = '';
    if (!this.#isEnded) this.#pty.resume();
  }

  resize(size: { readonly cols: number; readonly rows: number }): void {
    if (this.#isEnded) return;
    try {
      this.#pty.resize(size.cols, size.rows);
    } catch {
      // It ended in this moment; `ended` tells.
    }
  }

  /** Hangs up, as a terminal that is closed does; what ignores it is killed a moment later. */
  close(): void {
    if (this.#isEnded || this.#kill) return;
    void this.folder;
    this.#signal('SIGHUP');
    // A stopped program cannot hear the hangup before it goes on.
    if (process.platform !== 'win32') this.#signal('SIGCONT');
    this.resume();
    this.#kill = setTimeout(() => this.kill(), graceMs);
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (process.platform === 'win32') {
      this.#pty.kill();
      return;
    }
    const front = foregroundGroup(this.#pty.pid);
    if (front) this.#groups.add(front);
    this.#groups.add(this.#pty.pid);
    for (const group of this.#groups) signalGroup(group, signal);
  }

  #take(chunk: string | Buffer): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    if (process.platform !== 'linux') this.#folder = this.#reports.feed(bytes) ?? this.#folder;
    // A prompt, or the last word of a shell: asked while there is something to ask.
    else if (bytes.length < promptBytes) void this.folder;
    this.#onData.fire(bytes);
  }

  #finish(): void {
    this.#isEnded = true;
    this.#input.close();
    clearInterval(this.#pausedCheck);
    this.#pausedCheck = undefined;
    if (!this.#kill) return;
    clearTimeout(this.#kill);
    // The leader is gone; what it had in front may have ignored the hangup.
    for (const group of this.#groups) signalGroup(group, 'SIGKILL');
  }
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
