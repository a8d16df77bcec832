import { constants, createReadStream } from 'node:fs';
import { type FileHandle, lstat, open, opendir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createHash } from 'node:crypto';
import { AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { decodeRemoteName, displayRemoteName } from '../../../shared/files/remote-name.ts';
import type { FileFacts, FileReader, Parts, Source, SourceFile, SourceItem } from './ends.ts';
import { localError } from './local-error.ts';

const slash = Buffer.from('/');

/** Files and folders of this machine. Their names are bytes here as well. */
export class DiskSource implements Source {
  readonly #paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  async *items(signal: AbortSignal): AsyncGenerator<SourceItem, void, void> {
    for (const path of this.#paths)
      yield* this.#walk(Buffer.from(path), [decodeRemoteName(Buffer.from(basename(path)))], true, signal);
  }

  async open(file: SourceFile): Promise<FileReader> {
    return openDiskFile(Buffer.from(file.ref, 'latin1'));
  }

  async digest(file: SourceFile, signal: AbortSignal): Promise<string> {
    return digestOfDisk(Buffer.from(file.ref, 'latin1'), signal);
  }

  async *#walk(
    path: Buffer,
    parts: Parts,
    isChosen: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<SourceItem, void, void> {
    signal.throwIfAborted();
    let found;
    try {
      found = await lstat(path);
      const isLink = found.isSymbolicLink();
      if (isLink) found = await stat(path);
      if (isLink && found.isDirectory() && !isChosen) {
        yield leftOut(path, 'It is a link to a folder.');
        return;
      }
    } catch (error) {
      yield problem(path, localError(error, `read ${shown(path)}`));
      return;
    }
    const modified = Math.floor(found.mtimeMs / 1_000);
    if (found.isFile()) {
      const ref = path.toString('latin1');
      yield { kind: 'file', parts, ref, size: found.size, modified, mode: found.mode & 0o777 };
    } else if (found.isDirectory()) {
      yield { kind: 'folder', parts, modified, mode: found.mode & 0o777 };
      yield* this.#children(path, parts, signal);
    } else yield leftOut(path, 'It is neither a file nor a folder.');
  }

  async *#children(path: Buffer, parts: Parts, signal: AbortSignal): AsyncGenerator<SourceItem, void, void> {
    try {
      const folder = await opendir(path as unknown as string, { encoding: 'buffer' as BufferEncoding });
      for await (const entry of folder) {
        const name = entry.name as unknown as Buffer;
        yield* this.#walk(
          Buffer.concat([path, slash, name]),
          [...parts, decodeRemoteName(name)],
          false,
          signal,
        );
      }
    } catch (error) {
      if (signal.aborted) throw error;
      yield problem(path, localError(error, `read the folder ${shown(path)}`));
    }
  }
}

export async function openDiskFile(path: Buffer): Promise<FileReader> {
  let handle: FileHandle;
  try {
    // A pipe that took the file's place must not be waited for.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw localError(error, `open ${shown(path)}`);
  }
  return {
    async read(offset, length) {
      try {
        return await readAt(handle, offset, length);
      } catch (error) {
        throw localError(error, `read ${shown(path)}`);
      }
    },
    facts: async (): Promise<FileFacts> => {
      const { size, mtimeMs } = await handle.stat();
      return { size, modified: Math.floor(mtimeMs / 1_000) };
    },
    close: () => handle.close(),
  };
}

export async function readAt(
  handle: FileHandle,
  offset: number,
  length: number,
): Promise<Uint8Array | undefined> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
}

export async function digestOfDisk(path: Buffer, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function shown(path: Buffer): string {
  return displayRemoteName(decodeRemoteName(path)).slice(-300);
}

function problem(path: Buffer, error: AppError): SourceItem {
  return {
    kind: 'problem',
    problem: { path: decodeRemoteName(path).slice(0, 16_000), error: toErrorInfo(error) },
  };
}

function leftOut(path: Buffer, reason: string): SourceItem {
  return problem(path, new AppError('unsupported', `${shown(path)} was left out.`, { reason }));
}
