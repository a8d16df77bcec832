import type { CountProgress, FileProblem, RemoveProgress } from '../../shared/contract/files.ts';
import { isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import { decodeRemoteName, displayRemoteName } from '../../shared/files/remote-name.ts';
import type { SftpSession } from '../protocol/client/sftp-session.ts';
import { kindOfMode } from '../protocol/codec/sftp/attributes.ts';
import { isPlainName, joinRemote, remoteBytes } from './remote-path.ts';

const tellEvery = 200;
const filesAtOnce = 64;
const maxProblems = 100;

/** Counts what is in files and folders. What cannot be read counts as what it is. */
export async function* countTree(
  session: SftpSession,
  paths: readonly string[],
): AsyncGenerator<CountProgress, void, void> {
  const sum = { files: 0, folders: 0, bytes: 0 };
  const waiting = paths.map((path) => ({ path, isFolder: undefined as boolean | undefined, size: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.isFolder === undefined) {
      const attributes = await session.lstat(remoteBytes(next.path));
      next = {
        path: next.path,
        isFolder: kindOfMode(attributes.mode) === 'folder',
        size: attributes.size ?? 0,
      };
    }
    if (!next.isFolder) {
      sum.files += 1;
      sum.bytes += next.size;
      continue;
    }
    sum.folders += 1;
    yield { ...sum, isDone: false };
    for await (const { name, isFolder, size } of children(session, next.path)) {
      if (isFolder) waiting.push({ path: joinRemote(next.path, name), isFolder, size });
      else {
        sum.files += 1;
        sum.bytes += size;
      }
      if ((sum.files + waiting.length) % tellEvery === 0) yield { ...sum, isDone: false };
    }
  }
  yield { ...sum, isDone: true };
}

async function* children(session: SftpSession, folder: string) {
  try {
    for await (const batch of session.list(remoteBytes(folder))) {
      for (const { name, attributes } of batch) {
        const text = decodeRemoteName(name);
        if (isPlainName(text))
          yield {
            name: text,
            isFolder: kindOfMode(attributes.mode) === 'folder',
            size: attributes.size ?? 0,
          };
      }
    }
  } catch (error) {
    if (!isAppError(error, 'file-permission-denied', 'file-not-found', 'file-failed')) throw error;
  }
}

/** Removes trees, the innermost first. Links are removed, never followed. */
export class TreeRemoval {
  readonly #session: SftpSession;
  #removed = 0;
  #problemCount = 0;
  readonly #problems: FileProblem[] = [];

  constructor(session: SftpSession) {
    this.#session = session;
  }

  async *run(paths: readonly string[]): AsyncGenerator<RemoveProgress, void, void> {
    for (const path of paths) {
      try {
        const attributes = await this.#session.lstat(remoteBytes(path));
        if (kindOfMode(attributes.mode) === 'folder') yield* this.#folder(path);
        else await this.#one('remove', path);
      } catch (error) {
        this.#note(path, error);
      }
      yield this.#progress(false);
    }
    yield this.#progress(true);
  }

  async *#folder(path: string): AsyncGenerator<RemoveProgress, void, void> {
    const folders: string[] = [];
    const under: Promise<void>[] = [];
    try {
      for await (const batch of this.#session.list(remoteBytes(path))) {
        for (const { name, attributes } of batch) {
          const text = decodeRemoteName(name);
          if (!isPlainName(text)) continue;
          const inner = joinRemote(path, text);
          if (kindOfMode(attributes.mode) === 'folder') folders.push(inner);
          else under.push(this.#one('remove', inner));
          if (under.length >= filesAtOnce) await Promise.all(under.splice(0));
        }
        yield this.#progress(false);
      }
    } catch (error) {
      this.#note(path, error);
    }
    await Promise.all(under);
    for (const folder of folders) yield* this.#folder(folder);
    await this.#one('rmdir', path);
  }

  async #one(type: 'remove' | 'rmdir', path: string): Promise<void> {
    try {
      await this.#session.run({ type, path: remoteBytes(path) }, `remove ${displayRemoteName(path)}`);
      this.#removed += 1;
    } catch (error) {
      this.#note(path, error);
    }
  }

  #note(path: string, error: unknown): void {
    if (!this.#session.isOpen) throw error;
    this.#problemCount += 1;
    if (this.#problems.length < maxProblems)
      this.#problems.push({ path: path.slice(0, 16_000), error: toErrorInfo(error) });
  }

  #progress(isDone: boolean): RemoveProgress {
    return {
      removed: this.#removed,
      problems: [...this.#problems],
      problemCount: this.#problemCount,
      isDone,
    };
  }
}
