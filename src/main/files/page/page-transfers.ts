import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { PageFile } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ServerLink } from '../server-link.ts';
import { CopyWork } from '../transfers/copy-work.ts';
import type { Sink } from '../transfers/ends.ts';
import type { TargetLocks } from '../transfers/locks.ts';
import type { TransferWork } from '../transfers/transfer-work.ts';
import type { TransferRecord } from '../transfers/transfer-store.ts';
import { type PageBody, PageDownload } from './page-download.ts';
import { PageSource } from './page-source.ts';
import { PartDesk } from './part-desk.ts';

interface Upload {
  readonly desk: PartDesk;
  readonly source: PageSource;
  files: readonly PageFile[] | undefined;
}

/** Files that are reached through a page: what its server's streams lead to. */
export class PageTransfers {
  readonly #uploads = new Map<string, Upload>();
  readonly #downloads = new Map<string, PageDownload>();
  /** Of a transfer that is about to be made. */
  #coming: readonly PageFile[] | undefined;

  /** Number and digest of names and sizes. Call `make` at once: the files become those of the transfer that it makes. */
  withFiles<T>(files: readonly PageFile[], make: (draft: { count: number; digest: string }) => T): T {
    this.#coming = files;
    try {
      return make({ count: files.length, digest: digestOf(files) });
    } finally {
      this.#coming = undefined;
    }
  }

  upload(options: {
    readonly record: TransferRecord;
    readonly link: ServerLink;
    readonly locks: TargetLocks;
    readonly sink: Sink;
    readonly onFile: () => void;
  }): TransferWork {
    const desk = new PartDesk();
    const source = new PageSource(this.#coming ?? [], desk);
    const upload: Upload = { desk, source, files: this.#coming };
    this.#uploads.set(options.record.id, upload);
    const work = new CopyWork({ ...options, source });
    return {
      run: (context, signal) => work.run(context, signal),
      cleanUp: () => work.cleanUp(),
      get isPageThere() {
        return upload.files !== undefined && desk.isServed;
      },
    };
  }

  download(options: {
    readonly record: TransferRecord;
    readonly link: ServerLink;
    readonly paths: readonly string[];
    readonly way: 'folder' | 'file' | 'archive';
    readonly onFile: () => void;
  }): TransferWork {
    const download = new PageDownload({ ...options, title: options.record.title });
    this.#downloads.set(options.record.id, download);
    return download;
  }

  parts(transferId: string, signal: AbortSignal | undefined) {
    return this.#upload(transferId).desk.serve(signal);
  }

  items(transferId: string, signal: AbortSignal | undefined) {
    return this.#download(transferId).serve(signal);
  }

  wrote(transferId: string, itemId: string, result: Parameters<PageDownload['wrote']>[1]): void {
    this.#download(transferId).wrote(itemId, result);
  }

  refusePart(partId: string, reason: string): void {
    for (const { desk } of this.#uploads.values()) desk.refuse(partId, reason);
  }

  /** The files were chosen again; they must be the same. */
  reattach(transferId: string, files: readonly PageFile[], known: { readonly digest: string }): void {
    const upload = this.#upload(transferId);
    if (digestOf(files) !== known.digest) {
      const other = upload.files?.find((file, index) => {
        const again = files[index];
        return again?.path !== file.path || again.size !== file.size;
      });
      throw new AppError('file-changed', 'These are not the files that were chosen before.', {
        reason: other ? `${other.path} is another one.` : 'Their names or sizes differ.',
        advice: 'Choose the same files, or begin a new transfer.',
        action: 'edit-input',
      });
    }
    upload.files = files;
    upload.source.replace(files);
  }

  async takePart(partId: string, body: Readable): Promise<void> {
    const upload = [...this.#uploads.values()].find(({ desk }) => desk.knows(partId));
    if (!upload) throw new AppError('not-found', 'Nobody asked for this part.');
    await upload.desk.take(partId, body);
  }

  itemBody(itemId: string, offset: number): PageBody | undefined {
    for (const download of this.#downloads.values()) {
      const body = download.itemBody(itemId, offset);
      if (body) return body;
    }
    return undefined;
  }

  async downloadBody(transferId: string, offset: number): Promise<PageBody | undefined> {
    return this.#downloads.get(transferId)?.body(offset);
  }

  forget(transferId: string): void {
    this.#uploads.get(transferId)?.desk.leave();
    this.#uploads.delete(transferId);
    this.#downloads.delete(transferId);
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload) return upload;
    throw new AppError('not-found', 'This transfer has no files of a page.');
  }

  #download(id: string): PageDownload {
    const download = this.#downloads.get(id);
    if (download) return download;
    throw new AppError('not-found', 'This transfer does not go to a page.');
  }
}

function digestOf(files: readonly PageFile[]): string {
  const hash = createHash('sha256');
  for (const { path, size } of files) hash.update(JSON.stringify([path, size]));
  return hash.digest('hex');
}
