import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { spawn as spawnPty } from '@lydell/node-pty';
import { openInput } from '../../main/pty/pty-input.ts';

export interface ProcessOptions {
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly tty: boolean;
}

/** How a program ended: by its exit code, or it never began. */
export type ProcessEnd = { readonly code: number } | { readonly failure: string };

/** A program of a container, run on this machine in the pod's own folder with a clean environment. */
export interface PodProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Absent with a terminal, which joins both. */
  readonly stderr: Readable | undefined;
  /** Never rejects. Output that came before is still to be read. */
  readonly ended: Promise<ProcessEnd>;
  resize(columns: number, rows: number): void;
  /** Ends the program and what it started; by force when it does not heed. */
  stop(): void;
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const signalled = 128;
const patienceMs = 2_000;

export function startProcess(options: ProcessOptions): PodProcess {
  const [name = '', ...args] = options.command;
  const path = process.platform === 'win32' ? (process.env['PATH'] ?? '') : searchPath;
  const file = findProgram(name, path, options.folder);
  if (file === undefined) return failedProcess(`exec: "${name}": executable file not found in $PATH`);
  const environment = { PATH: path, HOME: options.folder, LANG: 'C.UTF-8', ...options.environment };
  try {
    return options.tty
      ? startInTerminal(file, args, options.folder, { TERM: 'xterm-256color', ...environment })
      : startPiped(file, args, options.folder, environment);
  } catch (error) {
    return failedProcess(error instanceof Error ? error.message : 'the program could not be started');
  }
}

function findProgram(name: string, path: string, folder: string): string | undefined {
  if (name === '') return undefined;
  if (isAbsolute(name)) return existsSync(name) ? name : undefined;
  if (name.includes('/')) return existsSync(join(folder, name)) ? join(folder, name) : undefined;
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd'] : [''];
  return path
    .split(delimiter)
    .flatMap((at) => endings.map((ending) => join(at, name + ending)))
    .find((candidate) => existsSync(candidate));
}

function startInTerminal(file: string, args: string[], cwd: string, env: Record<string, string>): PodProcess {
  const pty = spawnPty(file, args, { name: 'xterm-256color', cols: 80, rows: 24, cwd, env, encoding: null });
  let goOn: (() => void) | undefined;
  const input = openInput(pty, () => goOn?.());
  const stdout = new PassThrough();
  let isOver = false;
  pty.onData((data) => {
    if (!stdout.write(data as unknown as Buffer)) pty.pause();
  });
  stdout.on('drain', () => {
    if (!isOver) pty.resume();
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      isOver = true;
      input.close();
      stdout.end();
      resolve({ code: signal ? signalled + signal : exitCode });
    });
  });
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (input.push(chunk)) done();
      else goOn = done;
    },
  });
  return {
    stdin,
    stdout,
    stderr: undefined,
    ended,
    resize: (columns, rows) => {
      if (!isOver && columns > 0 && rows > 0) pty.resize(columns, rows);
    },
    stop: () => stopGroup(pty.pid, ended),
  };
}

function startPiped(file: string, args: string[], cwd: string, env: Record<string, string>): PodProcess {
  const child = spawn(file, args, { cwd, env, stdio: 'pipe', detached: process.platform !== 'win32' });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('error', (error) => resolve({ failure: error.message }));
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? signalled + 15 : 1) }));
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    resize: () => undefined,
    stop: () => {
      if (child.pid !== undefined) stopGroup(child.pid, ended);
    },
  };
}

function failedProcess(failure: string): PodProcess {
  const empty = () => {
    const stream = new PassThrough();
    stream.end();
    return stream;
  };
  return {
    stdin: new Writable({ write: (_chunk, _encoding, done) => done() }),
    stdout: empty(),
    stderr: empty(),
    ended: Promise.resolve({ failure }),
    resize: () => undefined,
    stop: () => undefined,
  };
}

function stopGroup(pid: number, ended: Promise<unknown>): void {
  signalGroup(pid, 'SIGHUP');
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), patienceMs);
  void ended.then(() => clearTimeout(timer));
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It is over already.
  }
}
