import { spawn as spawnPty } from '@lydell/node-pty';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster.ts';

/** The real `tsh`, where the environment names it. */
export const tshPath = process.env['TSH'];

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** The real `tsh` with a home of its own, which trusts one cluster. */
export class Tsh {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'porthole-tsh-'));
  readonly environment: Record<string, string>;
  readonly #cluster: Cluster;
  readonly #proxies: ChildProcess[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    writeFileSync(join(this.folder, 'ca.pem'), cluster.webCaPem);
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      TELEPORT_HOME: join(this.folder, 'tsh'),
      SSL_CERT_FILE: join(this.folder, 'ca.pem'),
      TERM: 'xterm',
      PAGER: 'cat',
      TELEPORT_TOOLS_VERSION: 'off',
    };
  }

  run(...args: string[]): Promise<Ran> {
    return this.runProgram(tshPath ?? '', ...args);
  }

  /** Any program in the environment of tsh. */
  runProgram(program: string, ...args: string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(program, args, { env: this.environment, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });
  }

  /** Answers prompts in a terminal: pairs of what is asked and what is typed. */
  converse(args: string[], answers: [RegExp, () => string][]): Promise<Ran> {
    return new Promise((resolve) => {
      const pty = spawnPty(tshPath ?? '', args, { env: this.environment, cols: 120, rows: 40 });
      let output = '';
      let seen = 0;
      pty.onData((data) => {
        output += data;
        const next = answers[0];
        if (next?.[0].test(output.slice(seen))) {
          seen = output.length;
          answers.shift();
          pty.write(next[1]());
        }
      });
      pty.onExit(({ exitCode }) => resolve({ code: exitCode, output }));
    });
  }

  login(userName: string, password: string): Promise<Ran> {
    return this.converse(
      ['login', `--proxy=${this.#cluster.address}`, `--user=${userName}`],
      [
        [/password for Teleport user/i, () => `${password}\r`],
        [/OTP code|one-time|token/i, () => `${this.#cluster.core.users.currentCode(userName)}\r`],
      ],
    );
  }

  /** Starts a `tsh proxy …` and waits until it says that it listens. */
  async startProxy(...args: string[]): Promise<void> {
    const child = spawn(tshPath ?? '', ['proxy', ...args], { env: this.environment });
    this.#proxies.push(child);
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const onData = (data: Buffer) => {
        output += data.toString();
        if (/Started authenticated tunnel|Proxying connections|Started .*proxy/i.test(output)) resolve();
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
      child.once('exit', () => reject(new Error(`tsh proxy ended: ${output}`)));
    });
  }

  async dispose(): Promise<void> {
    await Promise.all(
      this.#proxies.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }
}
