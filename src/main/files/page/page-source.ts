import { randomUUID } from 'node:crypto';
import type { PageFile, PagePart } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { isPlainName } from '../remote-path.ts';
import type { FileReader, Source, SourceFile, SourceItem } from '../transfers/ends.ts';
import type { PartDesk } from './part-desk.ts';

const partBytes = 4 << 20;
const keptParts = 12;

/** The files that a page holds: it is asked for parts of them, and sends each as the body of a request. */
export class PageSource implements Source {
  readonly #desk: PartDesk;
  #files: readonly PageFile[];

  constructor(files: readonly PageFile[], desk: PartDesk) {
    this.#files = files;
    this.#desk = desk;
  }

  replace(files: readonly PageFile[]): void {
    this.#files = files;
  }

  async *items(): AsyncGenerator<SourceItem, void, void> {
    const folders = new Set<string>();
    for (const [index, file] of this.#files.entries()) {
      const isFolder = file.path.endsWith('/');
      const parts = file.path.split('/').filter((part, at, all) => part !== '' || at < all.length - 1);
      if (!parts.every(isPlainName))
        throw new AppError('invalid-input', 'A file has a name that leads elsewhere.', { detail: file.path });
      for (let depth = 1; depth < parts.length + (isFolder ? 1 : 0); depth += 1) {
        const key = parts.slice(0, depth).join('/');
        if (folders.has(key)) continue;
        folders.add(key);
        yield { kind: 'folder', parts: parts.slice(0, depth), mode: 0o755 };
      }
      const { size } = file;
      const modified = Math.floor(file.modified / 1_000);
      if (!isFolder) yield { kind: 'file', parts, ref: String(index), size, modified, mode: 0o644 };
    }
  }

  async open(file: SourceFile, _channels: number, signal: AbortSignal): Promise<FileReader> {
    const parts = new Map<number, Promise<Buffer>>();
    const part = (number: number): Promise<Buffer> => {
      const known = parts.get(number);
      if (known) return known;
      const offset = number * partBytes;
      const length = Math.min(partBytes, file.size - offset);
      const asked = this.#desk.ask({ partId: randomUUID(), file: Number(file.ref), offset, length }, signal);
      asked.catch(() => undefined);
      parts.set(number, asked);
      // The window never reaches back so far.
      for (const old of parts.keys()) if (parts.size > keptParts) parts.delete(old);
      return asked;
    };
    return {
      async read(offset, length) {
        if (offset >= file.size) return undefined;
        const number = Math.floor(offset / partBytes);
        const start = offset - number * partBytes;
        return (await part(number)).subarray(start, start + length);
      },
      facts: async () => file,
      close: async () => parts.clear(),
    };
  }
}

export type AskedPart = Omit<PagePart, 'url'>;
