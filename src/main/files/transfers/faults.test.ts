import { execFileSync, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeSync,
  closeSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ProbeOrder, probeFile } from '../testing/kill-probe.ts';
import { startSftpPlace } from '../testing/sftp-place.ts';
import { CopyWork } from './copy-work.ts';
import { DiskSink } from './disk-sink.ts';
import { DiskSource } from './disk-source.ts';
import { TargetLocks } from './locks.ts';
import { SftpSink } from './sftp-sink.ts';
import { SftpSource } from './sftp-source.ts';
import { Transfer } from './transfer.ts';
import { place } from '../testing/sftp-place.ts';
import type { TransferRecord } from './transfer-store.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUps.splice(0).reverse()) clean();
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-fault-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function hash(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
    digest.update(chunk as Buffer);
  return digest.digest('hex');
}

function makeTransfer(direction: 'upload' | 'download', path: string, into: string) {
  const server = startSftpPlace();
  cleanUps.push(() => server.dispose());
  const isUpload = direction === 'upload';
  const record: TransferRecord = {
    id: '12345678-1',
    ...place,
    source: isUpload ? { kind: 'disk', paths: [path] } : { kind: 'server', paths: [path] },
    target: isUpload ? { kind: 'server', folder: into } : { kind: 'disk', folder: into },
    title: 'test',
    checkHashes: false,
    createdAt: new Date(0).toISOString(),
    state: 'going',
    marks: {},
  };
  return new Transfer({
    record,
    log: { info() {}, warn() {}, error() {}, debug() {} } as never,
    now: () => new Date(0),
    isAgain: false,
    work: new CopyWork({
      record,
      link: server.link,
      locks: new TargetLocks(),
      source: isUpload ? new DiskSource([path]) : new SftpSource(server.link, [path]),
      sink: isUpload ? new SftpSink(server.link, into) : new DiskSink(into, 'linux'),
      onFile: () => undefined,
    }),
    onChange: () => undefined,
    onRecord: () => undefined,
  });
}

function sparse(path: string, size: number, ...marks: number[]): void {
  const fd = openSync(path, 'w');
  for (const at of marks) writeSync(fd, `here ${at}`, at);
  closeSync(fd);
  truncateSync(path, size);
}

describe.each(['upload', 'download'] as const)('%s', (direction) => {
  it('survives that the app is killed in the middle', async () => {
    const [folder, from, into] = [makeFolder(), makeFolder(), makeFolder()];
    const size = 400_000_000;
    sparse(join(from, 'large'), size, 0, 5_000_000, 200_000_000, size - 20);
    const start = (order: ProbeOrder) => {
      const child = fork(probeFile, [], { stdio: 'ignore' });
      cleanUps.push(() => child.kill('SIGKILL'));
      child.send(order);
      return child;
    };
    const first = start({
      folder,
      begin: { direction, path: join(from, 'large'), into, stallAfter: size / 2 },
    });
    await new Promise<void>((resolve) =>
      first.on('message', (message: { bytes?: number }) => {
        const records = readSaved(folder);
        if ((message.bytes ?? 0) > size / 4 && Object.values(records).some((mark) => mark.at > 10_000_000))
          resolve();
      }),
    );
    first.kill('SIGKILL');
    expect(readdirSync(into)).toHaveLength(1);
    expect(readdirSync(into)[0]).toMatch(/^\.porthole-/);
    const second = start({ folder });
    const end = await new Promise<{ end: string }>((resolve) =>
      second.on('message', (message: { end?: string }) => message.end && resolve(message as { end: string })),
    );
    expect(end.end).toBe('done');
    expect(readdirSync(into)).toEqual(['large']);
    expect(await hash(join(into, 'large'))).toBe(await hash(join(from, 'large')));
  }, 90_000);

  it('tells that a disk is full, and leaves no half file behind when it is cleared', async () => {
    const into = makeFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', into], { stdio: 'ignore' });
    } catch {
      return; // Only root may mount.
    }
    cleanUps.push(() => execFileSync('umount', ['-l', into]));
    const from = makeFolder();
    writeFileSync(join(from, 'large'), Buffer.alloc(12_000_000, 'x'));
    const transfer = makeTransfer(direction, join(from, 'large'), into);
    await transfer.start();
    expect(transfer.status).toMatchObject({ kind: 'failed', error: { code: 'disk-full' } });
    await transfer.cancel();
    expect(readdirSync(into)).toEqual([]);
    expect(statfsSync(into).bavail).toBeGreaterThan(0);
  });
});

function readSaved(folder: string): Record<string, { at: number }> {
  try {
    const file = JSON.parse(readFileSync(join(folder, 'transfers.json'), 'utf8')) as {
      transfers: { marks: Record<string, { at: number }> }[];
    };
    return file.transfers[0]?.marks ?? {};
  } catch {
    return {};
  }
}

/** Minutes of work for the disk: runs where `HUGE_FILES` is set. */
describe.skipIf(!process.env['HUGE_FILES'])('four GiB and a byte', () => {
  it.each(['upload', 'download'] as const)(
    'go through a little memory: %s',
    async (direction) => {
      const [from, into] = [makeFolder(), makeFolder()];
      const size = 2 ** 32 + 1;
      sparse(join(from, 'huge'), size, 0, 2 ** 31 - 3, 2 ** 32 - 3);
      const transfer = makeTransfer(direction, join(from, 'huge'), into);
      const started = transfer.start();
      let most = 0;
      let first = 0;
      const timer = setInterval(() => {
        const { rss } = process.memoryUsage();
        if (transfer.info.progress.bytesDone > 500_000_000) first ||= rss;
        most = Math.max(most, rss);
      }, 100);
      await started;
      clearInterval(timer);
      expect(transfer.status).toEqual({ kind: 'done' });
      expect(most - first).toBeLessThan(150_000_000);
      execFileSync('cmp', [join(from, 'huge'), join(into, 'huge')]);
    },
    300_000,
  );
});
