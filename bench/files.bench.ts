import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, closeSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listFolder } from '../src/main/files/browse.ts';
import { ServerLink, type ServerPlace } from '../src/main/files/server-link.ts';
import { DiskSink } from '../src/main/files/transfers/disk-sink.ts';
import { DiskSource } from '../src/main/files/transfers/disk-source.ts';
import { TargetLocks } from '../src/main/files/transfers/locks.ts';
import { ProgressMeter } from '../src/main/files/transfers/progress-meter.ts';
import { SftpSink } from '../src/main/files/transfers/sftp-sink.ts';
import { SftpSource } from '../src/main/files/transfers/sftp-source.ts';
import { TransferRun } from '../src/main/files/transfers/transfer-run.ts';
import { sshAuthorities } from '../src/main/protocol/client/host-authorities.ts';
import { connectSsh, type SshConnection } from '../src/main/protocol/net/ssh/client.ts';
import { isNativeCryptoUsed } from '../src/main/protocol/net/ssh/load-ssh2.ts';
import { type Comparison, compare, inTurns, print } from './harness.ts';
import { setUpElsewhere } from './setup-process.ts';
import { account } from './ssh-setup.ts';

const rounds = Number(process.env['ROUNDS'] ?? 3);
const size = 1 << 30;
const small = 10_000;
const listed = 100_000;

/** Copies and lists through one connection to a real sshd, in turns with OpenSSH's own clients on the same one. */
const bench = await setUpElsewhere();
const { identity, nodeId } = bench;
const folder = mkdtempSync(join(tmpdir(), 'porthole-files-bench-'));
const relay = spawn(process.execPath, [
  join(import.meta.dirname, 'delay-relay.mjs'),
  String(bench.sshdPort),
  '20',
]);
const [relayLine] = (await once(relay.stdout, 'data')) as [Buffer];
const relayPort = Number(relayLine.toString());

async function link(port: number): Promise<ServerLink> {
  const connection: SshConnection = await connectSsh({
    stream: connect(port, '127.0.0.1').setNoDelay(true),
    username: account,
    identity: { privateKey: identity.sshKey, certificate: identity.sshCertificate.blob },
    host: { name: 'sshd', authorities: sshAuthorities(identity), principals: [nodeId] },
  });
  const unused = () => Promise.reject(new Error('not needed'));
  return new ServerLink({ serverUri: 'bench', login: account } as unknown as ServerPlace, {
    identity: () => identity,
    identityFor: unused,
    proxy: unused,
    noteFailure: () => undefined,
    leaseConnection: () => connection,
  });
}

/** Seconds. */
async function copy(way: ServerLink, direction: 'up' | 'down', path: string): Promise<number> {
  const into = mkdtempSync(join(folder, 'to-'));
  const started = performance.now();
  await new TransferRun({
    prefix: '.porthole-bench-',
    source: direction === 'up' ? new DiskSource([path]) : new SftpSource(way, [path]),
    sink: direction === 'up' ? new SftpSink(way, into) : new DiskSink(into, process.platform),
    checkHashes: false,
    isAgain: false,
    meter: new ProgressMeter(),
    marks: new Map(),
    locks: new TargetLocks(),
    decide: async () => 'replace',
    onFile: () => undefined,
    onProblem: ({ error }) => {
      throw new Error(error.message);
    },
    onChecking: () => undefined,
  }).run(new AbortController().signal);
  const seconds = (performance.now() - started) / 1_000;
  rmSync(into, { recursive: true });
  return seconds;
}

async function program(file: string, args: readonly string[], input = ''): Promise<number> {
  const started = performance.now();
  const child = spawn(file, [...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${file}: ${errors.slice(-500)}`);
  return (performance.now() - started) / 1_000;
}

/** The options of `ssh` for another program, and another port. */
function optionsFor(port: number): string[] {
  const given = bench.sshArgs.slice(0, -1);
  const at = given.indexOf('-p');
  return ['-o', `Port=${port}`, ...(at < 0 ? given : given.toSpliced(at, 2))].filter((arg) => arg !== '-T');
}

const host = `${account}@127.0.0.1`;
async function sftp(port: number, direction: 'up' | 'down', path: string): Promise<number> {
  const into = mkdtempSync(join(folder, 'to-'));
  const line = direction === 'up' ? `put ${path} ${into}/x\n` : `get ${path} ${into}/x\n`;
  const seconds = await program('sftp', ['-q', '-b', '-', ...optionsFor(port), host], line);
  rmSync(into, { recursive: true });
  return seconds;
}
async function scp(port: number, direction: 'up' | 'down', path: string): Promise<number> {
  const into = mkdtempSync(join(folder, 'to-'));
  const ends = direction === 'up' ? [path, `${host}:${into}/x`] : [`${host}:${path}`, `${into}/x`];
  const seconds = await program('scp', ['-qrp', ...optionsFor(port), ...ends]);
  rmSync(into, { recursive: true });
  return seconds;
}

const large = join(folder, 'large');
const fd = openSync(large, 'w');
for (let at = 0; at < size; at += 1 << 20) writeSync(fd, Buffer.alloc(1 << 20, at % 251));
closeSync(fd);
const many = join(folder, 'many');
mkdirSync(many);
for (let i = 0; i < small; i += 1) writeFileSync(join(many, `f${i}`), Buffer.alloc(4_096, i % 251));
const wide = join(folder, 'wide');
mkdirSync(wide);
for (let i = 0; i < listed; i += 1) writeFileSync(join(wide, `f${i}`), '');

const near = await link(bench.sshdPort);
const far = await link(relayPort);
const rows: Comparison[] = [];
const rate = (seconds: number) => size / 1e6 / seconds;
for (const direction of ['up', 'down'] as const) {
  const line = async (way: ServerLink, port: number) =>
    inTurns(
      rounds,
      async () => rate(await copy(way, direction, large)),
      async () => rate(await sftp(port, direction, large)),
    );
  rows.push(compare(`1 GiB ${direction}`, 'MB/s', await line(near, bench.sshdPort), '≥ 1.0'));
  rows.push(compare(`1 GiB ${direction}, 40 ms away`, 'MB/s', await line(far, relayPort), '≥ 1.5'));
  const files = await inTurns(
    rounds,
    async () => small / (await copy(near, direction, many)),
    async () => small / (await scp(bench.sshdPort, direction, many)),
  );
  rows.push(compare(`10,000 files of 4 KiB ${direction}`, '/s', files, '≥ 2'));
  print(rows);
}
const list = await inTurns(
  rounds,
  async () => {
    const started = performance.now();
    let count = 0;
    for await (const chunk of listFolder(await near.session(), wide)) count += chunk.entries.length;
    if (count !== listed) throw new Error(`${count} entries`);
    return performance.now() - started;
  },
  async () =>
    1_000 *
    (await program('sftp', ['-q', '-b', '-', ...optionsFor(bench.sshdPort), host], `ls -l ${wide}\n`)),
);
rows.push(compare('100,000 entries listed', 'ms', list, '≤ 1.0'));
process.stdout.write(`native cryptography: ${isNativeCryptoUsed() ? 'yes' : 'no'}\n`);
print(rows);
near.end();
far.end();
relay.kill();
rmSync(folder, { recursive: true, force: true });
await bench.stop();
