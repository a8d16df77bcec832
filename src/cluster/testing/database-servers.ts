import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real database server for one test file, on 127.0.0.1, with its data in a folder of its own. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  stop(): Promise<void>;
}

export interface TestUser {
  readonly name: string;
  readonly password: string;
}

const startMs = 30_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Database servers refuse to run as root, so root lends them the account of their package. */
function accountOf(name: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = (line ?? '').split(':');
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : {};
}

function makeFolder(name: string, account: { uid?: number; gid?: number }): string {
  const folder = mkdtempSync(join(tmpdir(), `porthole-${name}-`));
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  return folder;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly folder: string;
  readonly account: { uid?: number; gid?: number };
}

/** Starts the program and waits until its port answers. */
async function run({ command, args, port, folder, account }: Program): Promise<TestServer> {
  const child = spawn(command, args, { ...account, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const end = Date.now() + startMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > end) {
      await stop();
      throw new Error(`${command} did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { host: '127.0.0.1', port, folder, stop };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

export interface PostgresOptions {
  /** How clients over TCP prove who they are; `pg_hba.conf` method. */
  readonly authentication?: 'trust' | 'password' | 'md5' | 'scram-sha-256';
  readonly users?: readonly TestUser[];
  /** PEM. With it clients over TCP must use TLS and show a certificate of this authority with their name. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** Run in the database `postgres`, after the users were made. */
  readonly sql?: string;
}

/** PostgreSQL with `postgres` as its superuser; each user may do everything. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestServer> {
  const { authentication = 'trust', users = [], tls, sql = '' } = options;
  const account = accountOf('postgres');
  const folder = makeFolder('postgres', account);
  const data = join(folder, 'data');
  const bin = postgresFolder();
  const quiet = { ...account, cwd: folder, stdio: 'ignore' as const, env: { PATH: bin, LC_ALL: 'C' } };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N'], quiet);
  writeFileSync(
    join(data, 'pg_hba.conf'),
    `local all all trust\nhost all postgres 127.0.0.1/32 trust\n${
      tls ? 'hostssl all all 127.0.0.1/32 cert' : `host all all 127.0.0.1/32 ${authentication}`
    }\n`,
  );
  const port = await freePort();
  const encryption = authentication === 'md5' ? 'md5' : 'scram-sha-256';
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    password_encryption: encryption,
    max_connections: '120',
    ...(tls ? writeTls(data, tls, account) : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', data, '-p', String(port), ...flags];
  const server = await run({ command: join(bin, 'postgres'), args, port, folder, account });
  const roles = users.map(
    ({ name, password }) => `CREATE ROLE "${name}" LOGIN SUPERUSER PASSWORD '${password}';`,
  );
  const script = `${roles.join('\n')}\n${sql}`;
  const psql = [
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    'postgres',
    '-v',
    'ON_ERROR_STOP=1',
    '-q',
    '-f',
    '-',
  ];
  await retry(() => execFileSync('psql', psql, { input: script, stdio: ['pipe', 'ignore', 'pipe'] }));
  return server;
}

/** The settings of a server that asks for client certificates. */
function writeTls(
  folder: string,
  tls: NonNullable<PostgresOptions['tls']>,
  { uid, gid }: { uid?: number; gid?: number },
): Record<string, string> {
  const files = { ssl_ca_file: tls.ca, ssl_cert_file: tls.certificate, ssl_key_file: tls.key };
  const settings = Object.entries(files).map(([name, pem]) => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, pem, { mode: 0o600 });
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
    return [name, file];
  });
  return { ssl: 'on', ...(Object.fromEntries(settings) as Record<string, string>) };
}

/** The port answers a moment before the server lets people in. */
async function retry(work: () => unknown): Promise<void> {
  for (let left = 40; ; left -= 1) {
    try {
      work();
      return;
    } catch (error) {
      if (left === 0 || !/starting up|Can't connect|refused/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function postgresFolder(): string {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(base, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (!found) throw new Error(`PostgreSQL is not installed below ${base}.`);
  return found;
}

export interface MariadbOptions {
  readonly users?: readonly TestUser[];
  readonly sql?: string;
}

/** MariaDB; each user may do everything. */
export async function startMariadb({ users = [], sql = '' }: MariadbOptions = {}): Promise<TestServer> {
  const account = accountOf('mysql');
  const folder = makeFolder('mariadb', account);
  const data = join(folder, 'data');
  const install = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  execFileSync('mariadb-install-db', install, { ...account, cwd: folder, stdio: 'ignore' });
  const port = await freePort();
  const socket = join(folder, 'm.sock');
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=0',
  ];
  const command = existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : 'mariadbd';
  const server = await run({ command, args, port, folder, account });
  const grants = users.map(
    ({ name, password }) =>
      `CREATE USER '${name}'@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO '${name}'@'%' WITH GRANT OPTION;`,
  );
  await retry(() =>
    execFileSync('mariadb', ['--no-defaults', '-u', 'root', `--socket=${socket}`], {
      input: `${grants.join('\n')}\n${sql}`,
      stdio: ['pipe', 'ignore', 'pipe'],
    }),
  );
  return server;
}

/** Redis. Without a user `default` nobody needs a password. */
export async function startRedis({
  users = [],
}: {
  readonly users?: readonly TestUser[];
} = {}): Promise<TestServer> {
  const account = accountOf('redis');
  const folder = makeFolder('redis', account);
  const port = await freePort();
  const rules = users.flatMap(({ name, password }) => [
    '--user',
    name,
    'on',
    `>${password}`,
    '~*',
    '&*',
    '+@all',
  ]);
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...rules];
  return run({ command: 'redis-server', args, port, folder, account });
}
