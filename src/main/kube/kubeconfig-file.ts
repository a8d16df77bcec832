import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAppError } from '../../shared/errors/app-error.ts';
import { unusable } from './kubeconfig-document.ts';

const lockTries = 40;
const lockPauseMs = 50;
const oldLockMs = 10_000;
const maxBytes = 8 << 20;

export interface KubeconfigEdit {
  readonly path: string;
  /** The new text; undefined leaves the file alone. Gets '' where there is no file. */
  readonly change: (text: string) => string | undefined;
  /** Keeps the bytes that were there, beside the file, before they change. */
  readonly keepsCopy: (text: string) => boolean;
  /** Porthole's own file: a lock that somebody left there does not hold for ever. */
  readonly isOwn?: boolean;
}

/**
 * Changes a kubeconfig under the lock that `kubectl config` takes, atomically, mode 0600. A file that is a link, may not be
 * written, or cannot be read is never replaced: throws `kubeconfig-unusable`. Answers with the path of the copy, if one was made.
 */
export async function editKubeconfig(edit: KubeconfigEdit): Promise<string | undefined> {
  const { path } = edit;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const mode = await checkFile(path);
    return await withLock(path, edit.isOwn === true, async () => {
      const before = mode === undefined ? '' : await readText(path);
      const after = edit.change(before);
      if (after === undefined || after === before) return undefined;
      const copy = before !== '' && edit.keepsCopy(before) ? await keepCopy(path, before) : undefined;
      // Group and others may not read what holds a key.
      await replace(path, after, (mode ?? 0o600) & 0o700);
      return copy;
    });
  } catch (error) {
    if (isAppError(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw unusable(
      path,
      `It, or its folder, cannot be read and written (${code || 'unknown error'}).`,
      error,
    );
  }
}

/** The mode of the file; undefined where there is none. */
async function checkFile(path: string): Promise<number | undefined> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!stats) return undefined;
  if (stats.isSymbolicLink()) throw unusable(path, 'It is a link to another file.');
  if (!stats.isFile()) throw unusable(path, 'It is no file.');
  // The administrator's account may write anything; what is marked read-only is meant to stay.
  if ((stats.mode & 0o200) === 0) throw unusable(path, 'It may not be written.');
  await access(path, constants.R_OK | constants.W_OK);
  if (stats.size > maxBytes) throw unusable(path, 'It is too large for a kubeconfig.');
  return stats.mode;
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unusable(path, 'It holds bytes that are no text.', cause);
  }
}

async function withLock<T>(path: string, isOwn: boolean, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isOwn && (await isOld(lock))) await rm(lock, { force: true });
      else if (attempt >= lockTries) throw unusable(path, `Another program holds it: ${lock} exists.`, error);
      await new Promise((resolve) => setTimeout(resolve, lockPauseMs));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A program that was killed leaves its lock. */
async function isOld(lock: string): Promise<boolean> {
  const stats = await lstat(lock).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > oldLockMs;
}

async function keepCopy(path: string, text: string): Promise<string> {
  const copy = `${path}.before-porthole`;
  await replace(copy, text, 0o600);
  return copy;
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.porthole-new`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // The mask of the process may have taken something away.
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
