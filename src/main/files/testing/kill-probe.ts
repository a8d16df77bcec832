import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppState } from '../../../shared/contract/state.ts';
import type { JsonStore } from '../../host/host.ts';
import { Log } from '../../log/log.ts';
import { StateHub } from '../../state/state-hub.ts';
import { CopyWork } from '../transfers/copy-work.ts';
import { DiskSink } from '../transfers/disk-sink.ts';
import { DiskSource } from '../transfers/disk-source.ts';
import { TargetLocks } from '../transfers/locks.ts';
import { SftpSink } from '../transfers/sftp-sink.ts';
import { SftpSource } from '../transfers/sftp-source.ts';
import { TransferService } from '../transfers/transfer-service.ts';
import { TransferStore } from '../transfers/transfer-store.ts';
import { place, startSftpPlace } from './sftp-place.ts';

/** Run as a program of its own, which a test kills. */
export const probeFile = import.meta.filename;

export interface ProbeOrder {
  readonly folder: string;
  /** Absent: goes on with what the store has. */
  readonly begin?: {
    readonly direction: 'upload' | 'download';
    readonly path: string;
    readonly into: string;
    /** Bytes after which the line stalls, so that there is a middle to be killed in. */
    readonly stallAfter: number;
  };
}

function fileStore(path: string): JsonStore {
  return {
    path,
    read() {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as unknown;
      } catch {
        return undefined;
      }
    },
    write(value) {
      writeFileSync(`${path}.new`, JSON.stringify(value));
      renameSync(`${path}.new`, path);
    },
  };
}

async function run({ folder, begin }: ProbeOrder): Promise<void> {
  const log = new Log(join(folder, 'logs')).logger;
  const hub = new StateHub({ accounts: { [place.accountUri]: {} }, transfers: {} } as unknown as AppState);
  const server = startSftpPlace();
  server.stallAfter = begin?.stallAfter;
  const { link } = server;
  const locks = new TargetLocks();
  const service = new TransferService({
    hub,
    log,
    now: () => new Date(),
    store: new TransferStore(fileStore(join(folder, 'transfers.json')), log),
    makeWork(record) {
      const { source, target } = record;
      return new CopyWork({
        record,
        link,
        locks,
        onFile: () => undefined,
        source:
          source.kind === 'disk'
            ? new DiskSource(source.paths)
            : new SftpSource(link, source.kind === 'server' ? source.paths : []),
        sink:
          target.kind === 'server'
            ? new SftpSink(link, target.folder)
            : new DiskSink(target.kind === 'disk' ? target.folder : '/', process.platform),
      });
    },
    onEnd: (info) => process.send?.({ end: info.status.kind, moved: info.progress }),
    onForget: () => undefined,
  });
  setInterval(() => {
    for (const info of Object.values(hub.state.transfers)) process.send?.({ bytes: info.progress.bytesDone });
  }, 50);
  if (!begin) {
    service.restore();
    return;
  }
  const isUpload = begin.direction === 'upload';
  service.add(place, {
    source: { kind: isUpload ? 'disk' : 'server', paths: [begin.path] },
    target: { kind: isUpload ? 'server' : 'disk', folder: begin.into },
    title: 'test',
    checkHashes: false,
  });
}

if (process.argv[1] === probeFile) process.once('message', (order: ProbeOrder) => void run(order));
