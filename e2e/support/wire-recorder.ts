import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';

const onlyLocal = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Why this machine cannot record; undefined when it can. */
export function whyNotRecorded(): string | undefined {
  if (process.platform !== 'linux') return 'System calls are recorded on Linux only.';
  const { status, error } = spawnSync('strace', ['-D', '-f', '-o', '/dev/null', 'true']);
  if (error) return 'strace is not on this machine.';
  return status === 0 ? undefined : 'This machine does not let one process trace another.';
}

/** Why no process can be started without a network here; undefined when one can. */
export function whyNotOffline(): string | undefined {
  const [command = '', ...args] = onlyLocal;
  const { status } = spawnSync(command, [...args, 'true']);
  return status === 0 ? undefined : 'This machine does not let tests make a network of their own.';
}

/**
 * Everything that a process and all of its children ask the kernel to send anywhere, written down by strace: no code of
 * the app, and none of a library, is between it and what is recorded.
 */
export class WireRecorder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'porthole-wire-'));
  readonly #file = join(this.#folder, 'calls');
  readonly #withNetwork: boolean;

  constructor(options: { readonly withNetwork?: boolean } = {}) {
    this.#withNetwork = options.withNetwork ?? true;
  }

  /** Goes before the command line of the process. It keeps its process id, so that signals reach it. */
  get wrap(): readonly string[] {
    const tracer = ['strace', '-D', '-f', '-qq', '-s', '0', '-e', 'trace=network', '-o', this.#file];
    return [...(this.#withNetwork ? [] : onlyLocal), ...tracer];
  }

  /** Waits for the last process; then tells each `address:port` that was connected or sent to, by whomever. */
  async destinations(): Promise<readonly string[]> {
    await expect.poll(() => this.#living(), { timeout: 20_000 }).toEqual([]);
    const sends = this.#lines().filter((line) => /^\d+ +(connect|sendto|sendmsg|sendmmsg)\(/.test(line));
    return [...new Set(sends.flatMap(addressesOf))].sort();
  }

  /** A browser in the network of a process; Playwright's own pipes reach it from outside. */
  browserBeside(pid: number, browser: string): string {
    const path = join(this.#folder, 'browser');
    writeFileSync(path, `#!/bin/sh\nexec nsenter -t ${pid} -n ${browser} "$@"\n`, { mode: 0o700 });
    return path;
  }

  cleanUp(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #lines(): string[] {
    return readFileSync(this.#file, 'utf8').split('\n');
  }

  /** Threads and processes of the record that are still there: then it may not be complete. */
  #living(): string[] {
    const ids = new Set(this.#lines().map((line) => line.split(' ')[0] ?? ''));
    ids.delete('');
    return [...ids].filter((id) => isThere(Number(id)));
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function addressesOf(line: string): string[] {
  const port = /sin6?_port=htons\((\d+)\)/g;
  const address = /sin_addr=inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g;
  const ports = [...line.matchAll(port)].map((match) => match[1]);
  return [...line.matchAll(address)].map((match, index) => `${match[1] ?? match[2]}:${ports[index]}`);
}
