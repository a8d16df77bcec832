import type { PageItem } from '../../../shared/contract/transfers.ts';
import type { Session } from '../../client/session.ts';
import { serveFeed } from './serve-feed.ts';

/** So many files are written at once. */
const writers = 6;
const attempts = 5;
const pauseMs = 400;

type PickFolder = (options: { mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>;

/** Where the browser lets a page write a whole folder; undefined elsewhere. */
export function folderPicker(): PickFolder | undefined {
  const pick = (window as { showDirectoryPicker?: PickFolder }).showDirectoryPicker;
  return pick && ((options) => pick.call(window, options));
}

/** Lets the browser save what is behind an address. */
export function followDownload(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}

/** Writes all that a transfer fetches into a folder of this machine. */
export async function writeItems(
  session: Session,
  transferId: string,
  root: FileSystemDirectoryHandle,
): Promise<void> {
  const target = new TargetFolder(root);
  const running = new Set<Promise<void>>();
  await serveFeed<PageItem>(
    session,
    (api) => api.transfers.pageItems({ transferId }),
    async (item) => {
      const work = writeItem(session, transferId, target, item).finally(() => running.delete(work));
      running.add(work);
      if (running.size >= writers) await Promise.race(running);
    },
  );
  await Promise.all(running);
}

async function writeItem(
  session: Session,
  transferId: string,
  target: TargetFolder,
  item: PageItem,
): Promise<void> {
  if (item.kind === 'folder') {
    // A folder that cannot be made fails with the first file in it.
    await target.folder(item.parts).catch(() => undefined);
    return;
  }
  const result = await writeFile(target, item).then(
    (bytes) => ({ kind: 'written', bytes }) as const,
    (failure: unknown) =>
      ({
        kind: 'failed',
        reason: failure instanceof Error ? failure.message.slice(0, 400) : 'It could not be written.',
      }) as const,
  );
  await session
    .call((api) => api.transfers.pageWrote({ transferId, itemId: item.itemId, result }))
    .catch(() => undefined);
}

/** The browser writes to a file of its own and puts it in place when it is whole. */
async function writeFile(target: TargetFolder, item: PageItem & { kind: 'file' }): Promise<number> {
  const { folder, name } = await target.place(item.parts);
  const file = await folder.getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  try {
    let offset = 0;
    for (let attempt = 0; offset < item.size || attempt === 0; attempt += 1) {
      if (attempt >= attempts) throw new Error('The stream broke off again and again.');
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
      const before = offset;
      offset = await copyFrom(item.url, offset, writable);
      // Only breaks without any progress in between count.
      if (offset > before) attempt = 0;
    }
    await writable.close();
    return offset;
  } catch (failure) {
    await writable.abort().catch(() => undefined);
    await folder.removeEntry(name).catch(() => undefined);
    throw failure;
  }
}

/** Where the stream ended: at its end, or where it broke. */
async function copyFrom(url: string, from: number, writable: FileSystemWritableFileStream): Promise<number> {
  let offset = from;
  const address = new URL(url, location.href);
  if (from > 0) address.searchParams.set('offset', String(from));
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  try {
    const answer = await fetch(address);
    if (answer.status >= 400 && answer.status < 500) throw new RefusedError(answer.status);
    reader = answer.ok ? answer.body?.getReader() : undefined;
  } catch (failure) {
    if (failure instanceof RefusedError) throw failure;
    return offset;
  }
  while (reader) {
    const part = await reader.read().catch(() => undefined);
    if (!part || part.done) break;
    await writable.write(part.value);
    offset += part.value.byteLength;
  }
  return offset;
}

class RefusedError extends Error {
  constructor(status: number) {
    super(`The file was answered with status ${status}.`);
  }
}

/** The chosen folder. What is there already keeps its name: the new one gets another. */
class TargetFolder {
  readonly #root: FileSystemDirectoryHandle;
  readonly #topNames = new Map<string, Promise<string>>();
  readonly #folders = new Map<string, Promise<FileSystemDirectoryHandle>>();

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  async place(parts: readonly string[]): Promise<{ folder: FileSystemDirectoryHandle; name: string }> {
    const name = parts.at(-1) ?? '';
    if (parts.length === 1) return { folder: this.#root, name: await this.#topName(name) };
    return { folder: await this.folder(parts.slice(0, -1)), name };
  }

  folder(parts: readonly string[]): Promise<FileSystemDirectoryHandle> {
    const key = parts.join('/');
    const known = this.#folders.get(key);
    if (known) return known;
    const made = this.#make(parts);
    this.#folders.set(key, made);
    return made;
  }

  async #make(parts: readonly string[]): Promise<FileSystemDirectoryHandle> {
    const name = parts.at(-1);
    if (name === undefined) return this.#root;
    const above = await this.folder(parts.slice(0, -1));
    return above.getDirectoryHandle(parts.length === 1 ? await this.#topName(name) : name, { create: true });
  }

  #topName(name: string): Promise<string> {
    const known = this.#topNames.get(name);
    if (known) return known;
    const free = this.#freeName(name);
    this.#topNames.set(name, free);
    return free;
  }

  async #freeName(name: string): Promise<string> {
    const dot = name.lastIndexOf('.');
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    for (let count = 0; ; count += 1) {
      const candidate = count === 0 ? name : `${stem} (${count})${ending}`;
      if (!(await this.#isTaken(candidate))) return candidate;
    }
  }

  async #isTaken(name: string): Promise<boolean> {
    try {
      await this.#root.getFileHandle(name);
      return true;
    } catch (failure) {
      return failure instanceof DOMException && failure.name === 'TypeMismatchError';
    }
  }
}
