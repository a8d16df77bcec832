import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPostgres } from '../src/cluster/testing/database-servers.ts';
import { type Comparison, compare, inTurns, print } from './harness.ts';

const rounds = 3;
const seconds = Number(process.env['BENCH_SECONDS'] ?? 4);
const bytes = 1 << 30;
const tickMs = 10;

/**
 * The app's tunnel against stunnel as the client, over the same TLS hop: stunnel as the server, which asks for a
 * certificate and hands out no session tickets, as a real proxy does.
 */
const folder = mkdtempSync(join(tmpdir(), 'porthole-bench-'));
const request =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
const outputs = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
execFileSync('openssl', [...request.split(' '), ...outputs], { stdio: 'ignore' });
const postgres = await startPostgres({ sql: 'CREATE DATABASE bench;' });
execFileSync(
  'pgbench',
  ['-q', '-i', '-s', '2', '-h', postgres.host, '-p', String(postgres.port), '-U', 'postgres', 'bench'],
  { stdio: 'ignore' },
);
const block = Buffer.alloc(1 << 18, 'x');
const source = createServer((socket) => {
  let left = bytes;
  const send = () => {
    while (left > 0) {
      left -= block.length;
      if (!socket.write(block)) return;
    }
    socket.end();
  };
  socket.on('error', () => socket.destroy());
  socket.on('drain', send);
  socket.resume();
  send();
});
source.listen(0, '127.0.0.1');
await once(source, 'listening');
const sourcePort = (source.address() as { port: number }).port;

const children: ChildProcess[] = [];
process.on('exit', () => {
  for (const child of children) child.kill();
});
const far = { postgres: await freePort(), source: await freePort() };
const peer = { postgres: await freePort(), source: await freePort() };
const ours = { postgres: await freePort(), source: await freePort() };
const common = (pid: string) => `foreground = yes\npid = ${join(folder, pid)}\ndebug = err\n`;
const keys = `cert = ${join(folder, 'cert.pem')}\nkey = ${join(folder, 'key.pem')}\nCAfile = ${join(folder, 'cert.pem')}\nverifyChain = yes\n`;
const tcp = 'socket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n';
startStunnel(
  'server',
  `${common('server.pid')}${tcp}options = NO_TICKET\nsessionCacheSize = 1\n[pg]\naccept = 127.0.0.1:${far.postgres}\nconnect = 127.0.0.1:${postgres.port}\n${keys}\n[source]\naccept = 127.0.0.1:${far.source}\nconnect = 127.0.0.1:${sourcePort}\n${keys}`,
);
const stunnel = startStunnel(
  'client',
  `${common('client.pid')}${tcp}client = yes\n[pg]\naccept = 127.0.0.1:${peer.postgres}\nconnect = localhost:${far.postgres}\n${keys}\n[source]\naccept = 127.0.0.1:${peer.source}\nconnect = localhost:${far.source}\n${keys}`,
);
const routes = [
  [ours.postgres, far.postgres, 'client'],
  [ours.source, far.source, 'server'],
].flat();
const tunnel = spawn(
  process.execPath,
  ['--no-warnings', join(import.meta.dirname, 'tunnel-process.ts'), folder, ...routes.map(String)],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
children.push(tunnel);
await once(tunnel.stdout, 'data');
await new Promise((resolve) => setTimeout(resolve, 500));

interface Side {
  readonly pid: number;
  readonly ports: { readonly postgres: number; readonly source: number };
}
const sides = { ours: { pid: tunnel.pid ?? 0, ports: ours }, peer: { pid: stunnel.pid ?? 0, ports: peer } };

/** Rates, and the processor time of the tunnel's own process for the same work, which other load does not change. */
async function measure(
  name: string,
  unit: string,
  budget: string,
  run: (side: Side) => Promise<{ rate: number; work: number }>,
) {
  const costs: Record<keyof typeof sides, number> = { ours: 0, peer: 0 };
  const works = { ...costs };
  const turn = (side: keyof typeof sides) => async () => {
    const before = processorMs(sides[side].pid);
    const { rate, work } = await run(sides[side]);
    costs[side] += processorMs(sides[side].pid) - before;
    works[side] += work;
    return rate;
  };
  rows.push(compare(name, unit, await inTurns(rounds, turn('ours'), turn('peer')), budget));
  const cost = { ours: costs.ours / works.ours, peer: costs.peer / works.peer };
  rows.push(compare(`${name}: processor time`, 'µs each', cost, '≤ 1.2'));
}

const rows: Comparison[] = [];
const queries =
  (clients: number, ...more: string[]) =>
  async (side: Side) => {
    const rate = await pgbench(side.ports.postgres, [...more, '-c', String(clients), '-T', String(seconds)]);
    return { rate, work: (rate * seconds) / 1_000 };
  };
for (const clients of [1, 8, 50])
  await measure(`pgbench -S, ${clients} clients, vs stunnel`, '/s', '≥ 1.0', queries(clients));
await measure(
  'pgbench -S -C, 4 clients, a connection for each query, vs stunnel',
  '/s',
  '≥ 0.8',
  queries(4, '-C'),
);
await measure('1 GiB through a TCP tunnel vs stunnel', 'MB/s', '≥ 0.9', async (side) => ({
  rate: await download(side.ports.source),
  work: bytes / (1 << 20) / 1_000,
}));
print(rows);
source.close();
await postgres.stop();
rmSync(folder, { recursive: true, force: true });
process.exit();

function startStunnel(name: string, config: string): ChildProcess {
  const path = join(folder, `${name}.conf`);
  writeFileSync(path, config);
  const child = spawn('stunnel4', [path], { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

/** User and system time of a process so far; Linux only. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

function pgbench(port: number, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const words = ['-n', '-S', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', ...args, 'bench'];
    execFile('pgbench', words, { env: { ...process.env, PGSSLMODE: 'disable' } }, (error, out, err) => {
      const tps = /tps = ([\d.]+)/.exec(out)?.[1];
      if (error || tps === undefined) reject(new Error(`pgbench failed: ${err}`));
      else resolve(Number(tps));
    });
  });
}

function download(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let size = 0;
    const buffer = Buffer.alloc(1 << 20);
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer,
        callback: (count) => {
          size += count;
          return true;
        },
      },
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (size < bytes) reject(new Error(`only ${size} bytes came`));
      else resolve(size / 1e6 / ((performance.now() - started) / 1_000));
    });
  });
}
