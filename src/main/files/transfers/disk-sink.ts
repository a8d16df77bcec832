import { constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  unlink,
  utimes,
} from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName, encodeRemoteName } from '../../../shared/files/remote-name.ts';
import { isPlainName } from '../remote-path.ts';
import { digestOfDisk, openDiskFile, readAt } from './disk-source.ts';
import type { Existing, FileFacts, FileWriter, OpenOptions, Parts, Sink, SourceFolder } from './ends.ts';
import { localError } from './local-error.ts';

// Windows gives some characters a meaning of its own.
const windowsForbidden = /[<>:"\\|?*]|[. ]$/;

// Windows has no O_NOFOLLOW.
const noFollow: number | undefined = constants.O_NOFOLLOW;
const openFlags = constants.O_RDWR | constants.O_CREAT | (noFollow ?? 0);

/** A folder of this machine. Nothing is ever written outside it: names come from servers. */
export class DiskSink implements Sink {
  readonly #root: Buffer;
  readonly #isWindows: boolean;

  constructor(root: string, platform: string) {
    this.#root = Buffer.from(root);
    this.#isWindows = platform === 'win32';
  }

  key(parts: Parts): string {
    return `disk:${this.#path(parts).toString('latin1')}`;
  }

  display(parts: Parts): string {
    return displayRemoteName([this.#root.toString(), ...parts].join('/'));
  }

  async stat(parts: Parts): Promise<Existing | undefined> {
    try {
      const found = await lstat(this.#path(parts));
      const kind = found.isFile()
        ? 'file'
        : found.isDirectory()
          ? 'folder'
          : found.isSymbolicLink()
            ? 'link'
            : 'unknown';
      return { kind, size: found.size, modified: Math.floor(found.mtimeMs / 1_000) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw localError(error, `look at ${this.display(parts)}`);
    }
  }

  async makeFolder(parts: Parts): Promise<boolean> {
    try {
      await mkdir(this.#path(parts), { mode: 0o700 });
      return true;
    } catch (error) {
      if ((await this.stat(parts))?.kind === 'folder') return false;
      throw localError(error, `make the folder ${this.display(parts)}`);
    }
  }

  async finishFolder({ parts, mode, modified }: SourceFolder): Promise<void> {
    const path = this.#path(parts);
    if (mode !== undefined) await chmod(path, mode & 0o777).catch(() => undefined);
    if (modified !== undefined) await utimes(path, modified, modified).catch(() => undefined);
  }

  async open(parts: Parts, { temporaryName, continues }: OpenOptions): Promise<FileWriter> {
    const temporary = this.#path([...parts.slice(0, -1), temporaryName]);
    const what = `write ${this.display(parts)}`;
    let handle: FileHandle;
    let size = 0;
    try {
      handle = await open(temporary, continues ? openFlags : openFlags | constants.O_TRUNC, 0o600);
      if (continues) ({ size } = await handle.stat());
    } catch (error) {
      throw localError(error, what);
    }
    const target = this.#path(parts);
    return {
      size,
      async write(offset, data) {
        try {
          for (let at = 0; at < data.length; )
            at += (await handle.write(data, at, data.length - at, offset + at)).bytesWritten;
        } catch (error) {
          throw localError(error, what);
        }
      },
      read: (offset, length) => readAt(handle, offset, length),
      async finish(facts) {
        try {
          await setFacts(handle, facts);
          await handle.close();
          await rename(temporary, target);
        } catch (error) {
          throw localError(error, what);
        }
      },
      keep: () => handle.close(),
      async discard() {
        await handle.close().catch(() => undefined);
        await rm(temporary as unknown as string, { force: true });
      },
    };
  }

  async cleanUp(folder: Parts, prefix: string): Promise<void> {
    const path = this.#path(folder);
    for (const name of await readdir(path).catch(() => []))
      if (name.startsWith(prefix)) await unlink(this.#path([...folder, name])).catch(() => undefined);
  }

  digest(parts: Parts, signal: AbortSignal): Promise<string> {
    return digestOfDisk(this.#path(parts), signal);
  }

  reader(parts: Parts) {
    return openDiskFile(this.#path(parts));
  }

  #path(parts: Parts): Buffer {
    for (const part of parts) {
      if (isPlainName(part) && !(this.#isWindows && windowsForbidden.test(part))) continue;
      throw new AppError(
        'file-failed',
        `This machine cannot have a file called ${displayRemoteName(part)}.`,
        {
          reason: 'Its name would lead elsewhere.',
        },
      );
    }
    return Buffer.concat([
      this.#root,
      ...parts.flatMap((part) => [Buffer.from('/'), encodeRemoteName(part)]),
    ]);
  }
}

/** Special permission bits of a server are not taken over. */
async function setFacts(handle: FileHandle, { size, mode, modified }: FileFacts): Promise<void> {
  const found = await handle.stat();
  if (found.size !== size) await handle.truncate(size);
  if (mode !== undefined) await handle.chmod(mode & 0o777).catch(() => undefined);
  if (modified !== undefined) await handle.utimes(modified, modified).catch(() => undefined);
}
