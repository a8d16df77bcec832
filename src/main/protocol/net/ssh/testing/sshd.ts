import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

const binary = '/usr/sbin/sshd';

export interface SshdOptions {
  /** authorized_keys lines of the authorities whose user certificates are taken. */
  readonly userAuthorities: readonly string[];
  /** Private host key in PEM (PKCS#8 works for every kind but Ed25519, which needs the OpenSSH form). */
  readonly hostKey: string;
  /** Certificate line for the host key; without it the plain key is shown. */
  readonly hostCertificate?: string;
  /** More lines of `sshd_config`. */
  readonly config?: readonly string[];
}

export interface RunningSshd {
  readonly port: number;
  readonly pid: number;
  log(): string;
  stop(): Promise<void>;
}

/** Starts a real OpenSSH server on 127.0.0.1, in the foreground, ended by its pid. */
export async function startSshd(options: SshdOptions): Promise<RunningSshd> {
  if (!existsSync(binary)) throw new Error('This test needs OpenSSH: install the package openssh-server.');
  const folder = await mkdtemp(join(tmpdir(), 'porthole-sshd-'));
  const port = await freePort();
  await writeFile(join(folder, 'host'), options.hostKey, { mode: 0o600 });
  await writeFile(join(folder, 'ca'), options.userAuthorities.map((line) => `${line.trim()}\n`).join(''));
  if (options.hostCertificate) await writeFile(join(folder, 'host-cert.pub'), options.hostCertificate);
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    ...(options.hostCertificate ? [`HostCertificate ${join(folder, 'host-cert.pub')}`] : []),
    `TrustedUserCAKeys ${join(folder, 'ca')}`,
    'UsePAM no',
    'PasswordAuthentication no',
    'PidFile none',
    'PermitRootLogin yes',
    'StrictModes no',
    'LogLevel VERBOSE',
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
    'AcceptEnv LANG PORTHOLE_*',
    // As this process has it: tests give their shells a home of their own.
    `SetEnv HOME=${homedir()}`,
    ...(options.config ?? []),
  ];
  await writeFile(join(folder, 'config'), `${config.join('\n')}\n`);
  // sshd wants its privilege separation folder.
  const child = spawn(
    '/bin/sh',
    ['-c', `mkdir -p /run/sshd; exec ${binary} -D -e -f "${join(folder, 'config')}"`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const stop = () => end(child).then(() => rm(folder, { recursive: true, force: true }));
  const started = Date.now();
  while (!log.includes('Server listening')) {
    if (child.exitCode !== null || Date.now() - started > 10_000) {
      await stop();
      throw new Error(`sshd did not start: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { port, pid: child.pid ?? 0, log: () => log, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
