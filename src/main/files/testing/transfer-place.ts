import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { ConflictAnswer, TransferInfo } from '../../../shared/contract/transfers.ts';
import { CopyWork } from '../transfers/copy-work.ts';
import { DiskSink } from '../transfers/disk-sink.ts';
import { DiskSource } from '../transfers/disk-source.ts';
import { TargetLocks } from '../transfers/locks.ts';
import { SftpSink } from '../transfers/sftp-sink.ts';
import { SftpSource } from '../transfers/sftp-source.ts';
import { Transfer } from '../transfers/transfer.ts';
import type { TransferRecord } from '../transfers/transfer-store.ts';
import { startSftpPlace, place, type TestServer } from './sftp-place.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanUps.splice(0)) clean();
});

/** Removed after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-transfer-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that ends with the test. */
export function startPlace(command?: readonly [string, ...string[]]): TestServer {
  const server = startSftpPlace(command);
  cleanUps.push(() => server.dispose());
  return server;
}

const log = { info() {}, warn() {}, error() {}, debug() {} } as never;

export interface TransferOrder {
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

/** A transfer that does not run yet; `seen` is what was told of it. */
export function makeTransfer(order: TransferOrder) {
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

/** A transfer, run to its end. */
export async function runTransfer(order: TransferOrder): Promise<TransferInfo> {
  const { transfer } = makeTransfer(order);
  await transfer.start();
  return transfer.info;
}

export const hash = (path: string | Buffer) => createHash('sha256').update(readFileSync(path)).digest('hex');
/** Half files in a folder. */
export const left = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.includes('.porthole-'));

export function randomFile(path: string, size: number): void {
  const block = Buffer.from(createHash('sha512').update(path).digest('hex').repeat(64));
  for (let at = 0; at < size; at += block.length) {
    block.writeUInt32BE(at / block.length, 0);
    appendFileSync(path, block.subarray(0, Math.min(block.length, size - at)));
  }
}
