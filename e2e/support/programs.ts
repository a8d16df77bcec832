import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a line of a shell as a person would who pasted it, in an empty home. Never throws for what the program says. */
export async function runLine(line: string, env: Record<string, string> = {}): Promise<Outcome> {
  const home = mkdtempSync(join(tmpdir(), 'porthole-home-'));
  try {
    return await new Promise((resolve) => {
      execFile(
        'sh',
        ['-c', line],
        {
          env: { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', PAGER: 'cat', ...env },
          timeout: 45_000,
        },
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` }),
      );
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A program that holds a port, until it is closed. `port` 0 = any. */
export async function holdPort(port = 0): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, server };
}
