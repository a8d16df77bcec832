import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Porthole under the loopback host, as a process of its own. */
export interface AppProcess {
  /** With a token that works once. */
  readonly address: string;
  readonly dataFolder: string;
  readonly pid: number;
  /** Everything that it wrote to its output. */
  output(): string;
  /** Ends it; the data folder stays for a next start. */
  stop(): Promise<void>;
  cleanUp(): Promise<void>;
}

/** Node 24 runs these tests (scripts see to it); `playwright.config.ts` builds the app. */
export async function startApp(
  options: {
    args?: readonly string[];
    dataFolder?: string;
    env?: Readonly<Record<string, string>>;
    /** A command that runs the app as its last arguments, in its own place. */
    wrap?: readonly string[];
  } = {},
): Promise<AppProcess> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'porthole-e2e-')));
  const [command = '', ...args] = [
    ...(options.wrap ?? []),
    process.execPath,
    join(root, 'dist/main/loopback.cjs'),
    '--no-open',
    '--data',
    dataFolder,
    ...(options.args ?? ['--no-cluster']),
  ];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'), ...options.env };
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const address = await waitForAddress(child, () => output);
  return {
    address,
    dataFolder,
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => end(child),
    cleanUp: async () => {
      await end(child);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function waitForAddress(child: ChildProcess, output: () => string): Promise<string> {
  for (;;) {
    const found = /Porthole is at (\S+)/.exec(output())?.[1];
    if (found) return found;
    if (child.exitCode !== null) throw new Error(`The app did not start: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
