import { type ChildProcess, spawn } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { spawn as spawnPty } from '@lydell/node-pty';
import type { ServerChannel } from 'ssh2';
import { openInput } from '../main/pty/pty-input.ts';

export interface TerminalRequest {
  readonly cols: number;
  readonly rows: number;
  readonly term: string;
}

export interface ProgramOptions {
  readonly program: { readonly kind: 'shell' } | { readonly kind: 'command'; readonly command: string };
  readonly terminal: TerminalRequest | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningProgram {
  readonly resize: (size: TerminalRequest) => void;
}

const failedToStart = 255;
const allowedNames =
  /^(LANG|LANGUAGE|LC_[A-Z]+|TELEPORT_[A-Z_]+|SSH_SESSION_WEBPROXY_ADDR|PORTHOLE_[A-Z_]+)$/;

/** Runs a program on this machine for one channel, in a terminal when one was asked for; it ends with the channel. */
export function runProgram(channel: ServerChannel, options: ProgramOptions): RunningProgram {
  channel.on('error', () => undefined);
  const { program, terminal } = options;
  const shell = userInfo().shell ?? '/bin/sh';
  const args = program.kind === 'shell' ? ['-l'] : ['-c', program.command];
  return terminal
    ? runInTerminal(channel, shell, args, { ...options, terminal })
    : runPiped(channel, shell, args, options);
}

function environmentOf(options: ProgramOptions): Record<string, string> {
  const account = userInfo();
  const kept = Object.entries(options.environment).filter(([name]) => allowedNames.test(name));
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: homedir(),
    USER: account.username,
    LOGNAME: account.username,
    SHELL: account.shell ?? '/bin/sh',
    LANG: process.env['LANG'] ?? 'C.UTF-8',
    ...(options.terminal ? { TERM: options.terminal.term, COLORTERM: 'truecolor' } : {}),
    ...Object.fromEntries(kept),
  };
}

function runInTerminal(
  channel: ServerChannel,
  file: string,
  args: string[],
  options: ProgramOptions & { terminal: TerminalRequest },
): RunningProgram {
  const pty = spawnPty(file, args, {
    name: options.terminal.term,
    cols: options.terminal.cols,
    rows: options.terminal.rows,
    cwd: homedir(),
    env: environmentOf(options),
    encoding: null,
  });
  const input = openInput(pty, () => channel.resume());
  let isOver = false;
  pty.onData((data) => {
    if (!isOver && !channel.write(data as unknown as Buffer)) pty.pause();
  });
  channel.on('drain', () => pty.resume());
  channel.on('data', (data: Buffer) => {
    if (!input.push(data)) channel.pause();
  });
  pty.onExit(({ exitCode, signal }) => {
    isOver = true;
    input.close();
    finish(channel, signal ? failedToStart : exitCode);
  });
  channel.once('close', () => {
    if (isOver) return;
    isOver = true;
    pty.kill('SIGHUP');
  });
  return {
    resize: ({ cols, rows }) => {
      if (!isOver) pty.resize(cols, rows);
    },
  };
}

function runPiped(
  channel: ServerChannel,
  file: string,
  args: string[],
  options: ProgramOptions,
): RunningProgram {
  const child = spawn(file, args, {
    cwd: homedir(),
    env: environmentOf(options),
    stdio: 'pipe',
    detached: true,
  });
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  let isOver = false;
  child.once('error', () => {
    isOver = true;
    finish(channel, failedToStart);
  });
  child.once('close', (code) => {
    if (isOver) return;
    isOver = true;
    finish(channel, code ?? failedToStart);
  });
  channel.once('close', () => {
    if (!isOver) killGroup(child);
  });
  return { resize: () => undefined };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGHUP');
  } catch {
    child.kill('SIGKILL');
  }
}

function finish(channel: ServerChannel, code: number): void {
  if (channel.destroyed) return;
  // What was written before must be on its way first.
  channel.write(Buffer.alloc(0), () => {
    channel.exit(code);
    channel.close();
  });
}
