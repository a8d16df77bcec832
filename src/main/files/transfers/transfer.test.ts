import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConflictAnswer, TransferInfo } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { hostileNames, hostileServerFile } from '../testing/hostile-server.ts';
import { startSftpPlace, place, type TestServer } from '../testing/sftp-place.ts';
import { CopyWork } from './copy-work.ts';
import { DiskSink } from './disk-sink.ts';
import { DiskSource } from './disk-source.ts';
import { TargetLocks } from './locks.ts';
import { SftpSink } from './sftp-sink.ts';
import { SftpSource } from './sftp-source.ts';
import { Transfer } from './transfer.ts';
import type { TransferRecord } from './transfer-store.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUps.splice(0)) clean();
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-transfer-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function startPlace(command?: readonly [string, ...string[]]): TestServer {
  const server = startSftpPlace(command);
  cleanUps.push(() => server.dispose());
  return server;
}

const log = { info() {}, warn() {}, error() {}, debug() {} } as never;

interface Order {
  readonly server: TestServer;
  readonly direction: 'upload' | 'download';
  readonly paths: readonly string[];
  readonly into: string;
  readonly onConflict?: ConflictAnswer;
  readonly checkHashes?: boolean;
  readonly record?: TransferRecord;
  readonly locks?: TargetLocks;
  readonly platform?: string;
}

function makeTransfer(order: Order) {
  const { server, direction, into, locks = new TargetLocks() } = order;
  const paths = [...order.paths];
  const isUpload = direction === 'upload';
  const record: TransferRecord = order.record ?? {
    id: '12345678-1234-1234-1234-123456789012',
    ...place,
    source: isUpload ? { kind: 'disk', paths } : { kind: 'server', paths },
    target: isUpload ? { kind: 'server', folder: into } : { kind: 'disk', folder: into },
    title: 'test',
    ...(order.onConflict ? { onConflict: order.onConflict } : {}),
    checkHashes: order.checkHashes ?? false,
    createdAt: new Date(0).toISOString(),
    state: 'going',
    marks: {},
  };
  const seen: TransferInfo[] = [];
  let files = 0;
  const transfer = new Transfer({
    record,
    log,
    now: () => new Date(0),
    isAgain: order.record !== undefined,
    work: new CopyWork({
      record,
      link: server.link,
      locks,
      source: isUpload ? new DiskSource(paths) : new SftpSource(server.link, paths),
      sink: isUpload
        ? new SftpSink(server.link, into)
        : new DiskSink(into, order.platform ?? process.platform),
      onFile: () => {
        files += 1;
      },
    }),
    onChange: (changed) => seen.push(changed.info),
    onRecord: () => undefined,
  });
  return { transfer, seen, files: () => files };
}

async function run(order: Order): Promise<TransferInfo> {
  const { transfer } = makeTransfer(order);
  await transfer.start();
  return transfer.info;
}

const hash = (path: string | Buffer) => createHash('sha256').update(readFileSync(path)).digest('hex');
const left = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.includes('.porthole-'));

function randomFile(path: string, size: number): void {
  const block = Buffer.from(createHash('sha512').update(path).digest('hex').repeat(64));
  for (let at = 0; at < size; at += block.length) {
    block.writeUInt32BE(at / block.length, 0);
    appendFileSync(path, block.subarray(0, Math.min(block.length, size - at)));
  }
}

describe.each(['upload', 'download'] as const)('a folder to %s', (direction) => {
  it('arrives with its names, times, modes and bytes, and nothing else', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    const root = join(from, 'tree');
    mkdirSync(join(root, 'sub/empty'), { recursive: true });
    const names: Buffer[] = [
      Buffer.from('zero'),
      Buffer.from('one'),
      Buffer.from('new\nline'),
      Buffer.from(`"quotes" 'and' \`more\` $x;*?`),
      Buffer.from([0x62, 0xff, 0xfe, 0x2e, 0xc3]),
      Buffer.from('x'.repeat(255)),
      Buffer.from('\u05e9\u05dc\u05d5\u05dd \u202e txt'),
      Buffer.from('-rf'),
      Buffer.from('~'),
    ];
    for (const [index, name] of names.entries())
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), 'y'.repeat(index));
    randomFile(join(root, 'sub/large'), 5_000_001);
    chmodSync(join(root, 'one'), 0o640);
    chmodSync(join(root, 'sub/large'), 0o4755);
    utimesSync(join(root, 'one'), 1_000_000_000, 1_000_000_000);
    symlinkSync('large', join(root, 'sub/good-link'));
    symlinkSync('nowhere', join(root, 'sub/broken-link'));
    symlinkSync('..', join(root, 'sub/loop'));
    symlinkSync('self', join(root, 'sub/self'));
    const socket = createServer().listen(join(root, 'socket'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    utimesSync(join(root, 'sub'), 1_100_000_000, 1_100_000_000);
    chmodSync(join(root, 'sub/empty'), 0o555);
    const server = startPlace();
    const info = await run({ server, direction, paths: [root], into, checkHashes: true });
    socket.close();
    expect(info.status).toEqual({ kind: 'done' });
    const copy = join(into, 'tree');
    for (const [index, name] of names.entries())
      expect(readFileSync(Buffer.concat([Buffer.from(`${copy}/`), name]), 'utf8')).toBe('y'.repeat(index));
    expect(hash(join(copy, 'sub/large'))).toBe(hash(join(root, 'sub/large')));
    expect(hash(join(copy, 'sub/good-link'))).toBe(hash(join(root, 'sub/large')));
    expect(statSync(join(copy, 'one'))).toMatchObject({ mode: 0o100640, mtimeMs: 1_000_000_000_000 });
    expect(statSync(join(copy, 'sub/large')).mode).toBe(0o100755);
    expect(statSync(join(copy, 'sub')).mtimeMs).toBe(1_100_000_000_000);
    expect(statSync(join(copy, 'sub/empty')).mode).toBe(0o40555);
    expect(new Set(info.problems.map(({ path }) => path.split('/').at(-1)))).toEqual(
      new Set(['broken-link', 'loop', 'pipe', 'self', 'socket']),
    );
    expect(info.progress).toMatchObject({ filesDone: 11, filesTotal: 11, foldersTotal: 3, isCounted: true });
    expect(info.progress.bytesDone).toBe(info.progress.bytesTotal);
    expect(left(into)).toEqual([]);
  });

  it('goes on where the line was cut, at each tenth of a large file', async () => {
    const from = makeFolder();
    const size = 20_000_003;
    randomFile(join(from, 'large'), size);
    for (let tenth = 1; tenth <= 9; tenth += 1) {
      const into = makeFolder();
      const server = startPlace();
      server.cutAfter = (size * tenth) / 10;
      const { transfer, seen } = makeTransfer({ server, direction, paths: [join(from, 'large')], into });
      const started = transfer.start();
      const timer = setInterval(() => transfer.wake(), 20);
      await started;
      clearInterval(timer);
      expect(transfer.status).toEqual({ kind: 'done' });
      expect(server.connections).toBe(2);
      expect(seen.some(({ status }) => status.kind === 'waiting')).toBe(true);
      expect(hash(join(into, 'large'))).toBe(hash(join(from, 'large')));
      expect(readdirSync(into)).toEqual(['large']);
    }
  });

  it('pauses, goes on without sending again, and leaves nothing when it is cancelled', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    randomFile(join(from, 'large'), 60_000_000);
    const server = startPlace();
    const order = { server, direction, paths: [join(from, 'large')], into };
    const first = makeTransfer(order);
    const started = first.transfer.start();
    while (first.transfer.info.progress.bytesDone < 20_000_000)
      await new Promise((resolve) => setImmediate(resolve));
    first.transfer.pause();
    await started;
    expect(first.transfer.status).toEqual({ kind: 'paused' });
    expect(left(into)).toHaveLength(1);
    const record = first.transfer.record as TransferRecord;
    expect(Object.values(record.marks)[0]?.at).toBeGreaterThan(10_000_000);
    // As after a new start of the app.
    const again = makeTransfer({ ...order, record: JSON.parse(JSON.stringify(record)) as TransferRecord });
    again.transfer.requeue();
    await again.transfer.start();
    expect(again.transfer.status).toEqual({ kind: 'done' });
    expect(hash(join(into, 'large'))).toBe(hash(join(from, 'large')));
    rmSync(join(into, 'large'));
    const third = makeTransfer(order);
    const running = third.transfer.start();
    while (third.transfer.info.progress.bytesDone < 10_000_000)
      await new Promise((resolve) => setImmediate(resolve));
    await third.transfer.cancel();
    await running;
    expect(third.transfer.status).toEqual({ kind: 'cancelled' });
    expect(readdirSync(into)).toEqual([]);
  });

  it('begins anew when what is there is not what was sent', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    randomFile(join(from, 'large'), 30_000_000);
    const server = startPlace();
    const order = { server, direction, paths: [join(from, 'large')], into };
    const first = makeTransfer(order);
    const started = first.transfer.start();
    while (first.transfer.info.progress.bytesDone < 15_000_000)
      await new Promise((resolve) => setImmediate(resolve));
    first.transfer.pause();
    await started;
    const record = first.transfer.record as TransferRecord;
    const mark = Object.values(record.marks)[0]?.at ?? 0;
    const half = join(into, left(into)[0] ?? '');
    const bytes = readFileSync(half);
    bytes.fill(0, mark - 10, mark);
    writeFileSync(half, bytes);
    const again = makeTransfer({ ...order, record });
    again.transfer.requeue();
    await again.transfer.start();
    expect(hash(join(into, 'large'))).toBe(hash(join(from, 'large')));
    expect(left(into)).toEqual([]);
  });

  it.each([
    ['replace', ['new', undefined]],
    ['skip', ['old', undefined]],
    ['keep-both', ['old', 'new']],
    ['newer', ['old', undefined]],
  ] as const)('asks about what is there: %s', async (answer, [there, second]) => {
    const [from, into] = [makeFolder(), makeFolder()];
    for (const name of ['a.txt', 'b.txt']) {
      writeFileSync(join(from, name), 'new');
      writeFileSync(join(into, name), 'old');
      utimesSync(join(from, name), 1_000_000_000, 1_000_000_000);
    }
    const server = startPlace();
    const { transfer } = makeTransfer({
      server,
      direction,
      paths: [join(from, 'a.txt'), join(from, 'b.txt')],
      into,
    });
    const started = transfer.start();
    while (transfer.status.kind !== 'asking') await new Promise((resolve) => setImmediate(resolve));
    expect(transfer.status).toMatchObject({
      conflict: { existing: { size: 3 }, incoming: { size: 3, modified: 1_000_000_000_000 } },
    });
    transfer.answer(answer, true);
    await started;
    expect(transfer.status).toEqual({ kind: 'done' });
    for (const name of ['a', 'b']) {
      expect(readFileSync(join(into, `${name}.txt`), 'utf8')).toBe(there);
      const other = join(into, `${name} (2).txt`);
      if (second) expect(readFileSync(other, 'utf8')).toBe(second);
    }
    expect(readdirSync(into)).toHaveLength(second ? 4 : 2);
  });

  it('lets one after the other write to one target', async () => {
    const [one, two, into] = [makeFolder(), makeFolder(), makeFolder()];
    randomFile(join(one, 'same'), 3_000_000);
    randomFile(join(two, 'same'), 3_000_000);
    const server = startPlace();
    const locks = new TargetLocks();
    const start = (from: string, id: string) => {
      const order = {
        server,
        direction,
        paths: [join(from, 'same')],
        into,
        onConflict: 'replace' as const,
        locks,
      };
      const { transfer } = makeTransfer(order);
      const record = { ...(transfer.record as TransferRecord), id };
      const other = makeTransfer({ ...order, record }).transfer;
      return other.start();
    };
    await Promise.all([start(one, 'aaaaaaaa-1'), start(two, 'bbbbbbbb-1')]);
    expect(readdirSync(into)).toEqual(['same']);
    expect([hash(join(one, 'same')), hash(join(two, 'same'))]).toContain(hash(join(into, 'same')));
  });

  it('fails in words when there is nothing, and goes on with what can be read', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    writeFileSync(join(from, 'fine'), 'x');
    const server = startPlace();
    expect((await run({ server, direction, paths: [join(from, 'none')], into })).status).toMatchObject({
      kind: 'failed',
      error: { code: 'file-not-found' },
    });
    const both = await run({ server, direction, paths: [join(from, 'none'), join(from, 'fine')], into });
    expect(both).toMatchObject({ status: { kind: 'done' }, problemCount: 1 });
  });

  it('copies a file as long as it was when it grows, and gives up one that shrinks', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    randomFile(join(from, 'log'), 40_000_000);
    const before = hash(join(from, 'log'));
    const server = startPlace();
    const { transfer } = makeTransfer({ server, direction, paths: [join(from, 'log')], into });
    const started = transfer.start();
    while (transfer.info.progress.bytesDone === 0) await new Promise((resolve) => setImmediate(resolve));
    appendFileSync(join(from, 'log'), 'more');
    await started;
    expect(transfer.info).toMatchObject({
      status: { kind: 'done' },
      problems: [{ error: { code: 'file-changed' } }],
    });
    expect(hash(join(into, 'log'))).toBe(before);
    rmSync(join(into, 'log'));
    const second = makeTransfer({ server, direction, paths: [join(from, 'log')], into }).transfer;
    const running = second.start();
    while (second.info.progress.bytesDone === 0) await new Promise((resolve) => setImmediate(resolve));
    truncateSync(join(from, 'log'), 1_000);
    await running;
    expect(second.status).toMatchObject({ kind: 'failed', error: { code: 'file-changed' } });
    expect(readdirSync(into)).toEqual([]);
  });

  it('carries ten thousand small files', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    mkdirSync(join(from, 'many'));
    for (let i = 0; i < 10_000; i += 1) writeFileSync(join(from, 'many', `f${i}`), `${i}`.padEnd(4_096, '.'));
    const { transfer, files } = makeTransfer({
      server: startPlace(),
      direction,
      paths: [join(from, 'many')],
      into,
    });
    await transfer.start();
    expect(transfer.info).toMatchObject({ status: { kind: 'done' }, problemCount: 0 });
    expect(files()).toBe(10_000);
    const arrived = readdirSync(join(into, 'many'));
    expect(arrived).toHaveLength(10_000);
    expect(readFileSync(join(into, 'many/f777'), 'utf8')).toBe('777'.padEnd(4_096, '.'));
    expect(left(into)).toEqual([]);
  }, 60_000);
});

describe('a transfer', () => {
  it('waits for a sign-in, and goes on with it', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    writeFileSync(join(from, 'a'), 'x');
    const server = startPlace();
    server.refusal = new AppError('session-expired', 'expired', { action: 'sign-in' });
    const { transfer } = makeTransfer({ server, direction: 'upload', paths: [join(from, 'a')], into });
    const started = transfer.start();
    while (transfer.status.kind !== 'waiting') await new Promise((resolve) => setImmediate(resolve));
    expect(transfer.status).toMatchObject({ for: 'sign-in' });
    server.refusal = undefined;
    transfer.wake();
    await started;
    expect(transfer.status).toEqual({ kind: 'done' });
  });

  it('writes nothing outside the chosen folder, whatever a server names', async () => {
    const outer = makeFolder();
    const into = join(outer, 'a/b');
    mkdirSync(into, { recursive: true });
    const server = startPlace([process.execPath, hostileServerFile]);
    const info = await run({ server, direction: 'download', paths: ['/evil'], into });
    expect(info.status).toEqual({ kind: 'done' });
    expect(readdirSync(outer, { recursive: true })).toEqual(['a', 'a/b', 'a/b/evil', 'a/b/evil/good']);
    expect(info.problemCount).toBe(hostileNames.length - 2);
  });

  it('never lets Windows names lead elsewhere', async () => {
    const [from, into] = [makeFolder(), makeFolder()];
    for (const name of ['C:evil', 'a\\..\\b', 'dot.']) writeFileSync(join(from, name), 'x');
    const paths = ['C:evil', 'a\\..\\b', 'dot.'].map((name) => join(from, name));
    const info = await run({ server: startPlace(), direction: 'download', paths, into, platform: 'win32' });
    expect(info.problemCount).toBe(3);
    expect(readdirSync(into)).toEqual([]);
  });
});
