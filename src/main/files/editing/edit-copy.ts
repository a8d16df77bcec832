import { AppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { kindOfMode } from '../../protocol/codec/sftp/attributes.ts';
import { remoteBytes } from '../remote-path.ts';
import type { ServerLink } from '../server-link.ts';
import { numbered } from '../transfers/conflicts.ts';
import { copyBytes } from '../transfers/copy-bytes.ts';
import { DiskSink } from '../transfers/disk-sink.ts';
import { DiskSource } from '../transfers/disk-source.ts';
import type { Parts, Sink, Source, SourceFile } from '../transfers/ends.ts';
import { SftpSink } from '../transfers/sftp-sink.ts';
import { SftpSource } from '../transfers/sftp-source.ts';
import { TransferWindow } from '../transfers/window.ts';

const temporaryName = '.porthole-edit.part';

export interface KnownFile {
  readonly size: number;
  readonly modified: number | undefined;
  readonly mode: number | undefined;
}

export async function lookAt(link: ServerLink, path: string): Promise<KnownFile> {
  const session = await link.session();
  const { size = 0, modified, mode } = await session.stat(remoteBytes(path));
  if (kindOfMode(mode) !== 'file')
    throw new AppError('unsupported', `${displayRemoteName(path)} is not a file with contents.`);
  return { size, modified, mode };
}

export async function fetchFile(
  link: ServerLink,
  path: string,
  folder: string,
  platform: string,
): Promise<void> {
  const source = new SftpSource(link, [path]);
  const file = await firstFile(source);
  await copyOne(source, file, new DiskSink(folder, platform), file.parts, {
    mode: 0o600,
    modified: file.modified,
  });
}

/** Over the server's file, keeping its mode; or beside it under a free name. */
export async function sendFile(
  link: ServerLink,
  localPath: string,
  to: {
    readonly folder: string;
    readonly name: string;
    readonly how: 'ask' | 'replace' | 'beside';
    readonly mode: number | undefined;
  },
): Promise<void> {
  const source = new DiskSource([localPath]);
  const sink = new SftpSink(link, to.folder);
  let parts: Parts = [to.name];
  for (let number = 2; to.how === 'beside' && (await sink.stat(parts)); number += 1)
    parts = [numbered(to.name, number)];
  await copyOne(source, await firstFile(source), sink, parts, { mode: to.mode });
}

async function firstFile(source: Source): Promise<SourceFile> {
  for await (const item of source.items(new AbortController().signal)) {
    if (item.kind === 'file') return item;
    if (item.kind === 'problem') throw new AppError('file-failed', item.problem.error.message);
  }
  throw new AppError('file-not-found', 'The file is gone.');
}

async function copyOne(
  source: Source,
  file: SourceFile,
  sink: Sink,
  parts: Parts,
  facts: { readonly mode?: number | undefined; readonly modified?: number | undefined },
): Promise<void> {
  const { signal } = new AbortController();
  const reader = await source.open(file, 1, signal);
  try {
    const writer = await sink.open(parts, { temporaryName, continues: false, channels: 1 }, signal);
    try {
      const window = new TransferWindow();
      const { size } = file;
      await copyBytes({ reader, writer, from: 0, size, window, signal, onProgress: () => undefined });
      await writer.finish({ size, ...facts }, { replaces: true });
    } catch (error) {
      await writer.discard().catch(() => undefined);
      throw error;
    }
  } finally {
    await reader.close();
  }
}
