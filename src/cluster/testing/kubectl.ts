import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { stringify } from 'yaml';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlTarget {
  readonly server: string;
  readonly caPem?: string;
  readonly serverName?: string;
  readonly certificatePem?: string;
  readonly keyPem?: string;
  readonly token?: string;
}

/** The real `kubectl` with a kubeconfig of its own, in a folder that goes away with it. */
export class Kubectl {
  readonly folder = mkdtempSync(join(tmpdir(), 'porthole-kubectl-'));
  readonly kubeconfig = join(this.folder, 'config.yaml');
  readonly #children = new Set<ChildProcess>();

  constructor(target: KubectlTarget) {
    writeFileSync(this.kubeconfig, toKubeconfig(target));
  }

  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      KUBECONFIG: this.kubeconfig,
      TERM: 'xterm',
      ...more,
    };
  }

  /** Runs to the end; `input` goes to its standard input. */
  run(
    args: readonly string[],
    options: { readonly input?: string | Buffer; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<KubectlResult> {
    return new Promise((resolve) => {
      const child = execFile(
        'kubectl',
        args,
        {
          env: this.environment(options.env),
          cwd: this.folder,
          timeout: 25_000,
          maxBuffer: 64 * 1024 * 1024,
        },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(options.input ?? '');
    });
  }

  /** Starts it and hands it over; ended by `dispose` if it still runs. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn('kubectl', args, { env: this.environment(env), cwd: this.folder, stdio: 'pipe' });
    this.#children.add(child);
    return child;
  }

  /** Runs in a terminal: whenever the pattern of the next answer appears, it is typed. */
  converse(
    args: readonly string[],
    answers: [RegExp, string][],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; output: string }> {
    const left = [...answers];
    return new Promise((resolve) => {
      const pty = spawnPty('kubectl', [...args], { env: this.environment(env), cols: 100, rows: 30 });
      let output = '';
      let seen = 0;
      pty.onData((data) => {
        output += data;
        const next = left[0];
        if (!next || !next[0].test(output.slice(seen))) return;
        seen = output.length;
        left.shift();
        pty.write(next[1]);
      });
      pty.onExit(({ exitCode }) => resolve({ code: exitCode, output }));
    });
  }

  dispose(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The output so far once it matches; rejects when the program ends before. */
export async function outputMatching(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = '';
  child.stdout?.setEncoding('utf8');
  child.stderr?.setEncoding('utf8');
  const matched = new Promise<string>((resolve) => {
    const take = (chunk: string) => {
      output += chunk;
      if (pattern.test(output)) resolve(output);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`kubectl ended before ${String(pattern)}: ${output}`);
  });
  return Promise.race([matched, ended]);
}

function toKubeconfig(target: KubectlTarget): string {
  const base64 = (text: string | undefined) =>
    text === undefined ? undefined : Buffer.from(text).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'demo' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: target.server,
          'certificate-authority-data': base64(target.caPem),
          'tls-server-name': target.serverName,
        },
      },
    ],
    users: [
      {
        name: 'test',
        user: {
          'client-certificate-data': base64(target.certificatePem),
          'client-key-data': base64(target.keyPem),
          token: target.token,
        },
      },
    ],
  });
}
