import { randomUUID } from 'node:crypto';
import type { PageItem } from '../../../shared/contract/transfers.ts';
import { AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import type { ServerLink } from '../server-link.ts';
import type { FileReader, SourceFile } from '../transfers/ends.ts';
import { SftpSource } from '../transfers/sftp-source.ts';
import type { RunContext, TransferWork } from '../transfers/transfer-work.ts';
import { streamFile } from './stream-file.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

const pageAtOnce = 8;

export interface PageBody {
  /** For a `Content-Disposition`. */
  readonly name: string;
  readonly size?: number | undefined;
  readonly offset: number;
  readonly bytes: AsyncGenerator<Uint8Array, void, void>;
}

interface PendingItem {
  readonly file: SourceFile;
  readonly settle: () => void;
  readonly fail: (error: AppError) => void;
  sent: number;
}

/** Brings files of a server to a page: as items that it writes, as one download, or as an archive. */
export class PageDownload implements TransferWork {
  readonly #link: ServerLink;
  readonly #source: SftpSource;
  readonly #way: 'folder' | 'file' | 'archive';
  readonly #title: string;
  readonly #onFile: () => void;
  readonly #items = new Map<string, PendingItem>();
  readonly #written = new Set<string>();
  #send: ((item: PageItem) => void) | undefined;
  #follow: ((body: (offset: number) => PageBody) => void) | undefined;
  #body: ((offset: number) => PageBody) | undefined;
  #context: RunContext | undefined;

  constructor(options: {
    readonly link: ServerLink;
    readonly paths: readonly string[];
    readonly way: 'folder' | 'file' | 'archive';
    readonly title: string;
    readonly onFile: () => void;
  }) {
    this.#link = options.link;
    this.#source = new SftpSource(options.link, options.paths);
    this.#way = options.way;
    this.#title = options.title;
    this.#onFile = options.onFile;
  }

  get isPageThere(): boolean {
    return this.#way !== 'folder' || this.#send !== undefined;
  }

  async run(context: RunContext, signal: AbortSignal): Promise<void> {
    this.#context = context;
    this.#link.hold();
    try {
      if (this.#way === 'folder') await this.#runItems(context, signal);
      else await this.#runBody(context, signal);
    } finally {
      this.#link.release();
    }
  }

  /** Nothing of it is on this side. */
  async cleanUp(): Promise<void> {
    this.#body = undefined;
  }

  async *serve(signal: AbortSignal | undefined): AsyncGenerator<PageItem, void, void> {
    let waiting: PageItem[] = [];
    let wake: (() => void) | undefined;
    const send = (item: PageItem) => {
      waiting.push(item);
      wake?.();
    };
    this.#send = send;
    signal?.addEventListener('abort', () => wake?.(), { once: true });
    try {
      while (!signal?.aborted && this.#send === send) {
        const ready = waiting;
        waiting = [];
        yield* ready;
        if (waiting.length === 0)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      if (this.#send === send) {
        this.#send = undefined;
        for (const item of this.#items.values()) item.fail(pageGone());
      }
    }
  }

  wrote(
    itemId: string,
    result: { kind: 'written'; bytes: number } | { kind: 'failed'; reason: string },
  ): void {
    const item = this.#items.get(itemId);
    if (!item) return;
    if (result.kind === 'written' && result.bytes === item.file.size) item.settle();
    else
      item.fail(
        new AppError(
          'file-failed',
          `${displayRemoteName(item.file.parts.at(-1) ?? '')} could not be written.`,
          {
            reason: result.kind === 'failed' ? result.reason : 'The browser wrote another number of bytes.',
            action: 'retry',
          },
        ),
      );
  }

  /** The bytes of an item, from an offset on; undefined for one that is not wanted. */
  itemBody(itemId: string, offset: number): PageBody | undefined {
    const item = this.#items.get(itemId);
    if (!item || offset > item.file.size) return undefined;
    const { file } = item;
    return { name: file.parts.at(-1) ?? '', size: file.size, offset, bytes: this.#countItem(item, offset) };
  }

  /** What the browser follows as a download; waits until the transfer runs. */
  async body(offset: number): Promise<PageBody> {
    const make =
      this.#body ?? (await new Promise<(at: number) => PageBody>((resolve) => (this.#follow = resolve)));
    return make(offset);
  }

  async *#countItem(item: PendingItem, offset: number): AsyncGenerator<Uint8Array, void, void> {
    const meter = this.#context?.meter;
    meter?.adjusted(offset - item.sent);
    item.sent = offset;
    for await (const block of this.#read(item.file, offset)) {
      yield block;
      item.sent += block.length;
      meter?.moved(block.length);
    }
  }

  async *#read(file: SourceFile, offset: number): AsyncGenerator<Uint8Array, void, void> {
    const reader: FileReader = await this.#source.open(
      file,
      file.size > 4 << 20 ? 2 : 1,
      new AbortController().signal,
    );
    yield* streamFile(reader, offset, file.size);
  }

  async #runItems(context: RunContext, signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>();
    for await (const item of this.#source.items(signal)) {
      if (!this.#send) throw pageGone();
      if (item.kind === 'problem') {
        context.onProblem(item.problem);
        continue;
      }
      context.meter.found(item.kind, item.kind === 'file' ? item.size : 0);
      if (item.kind === 'folder') {
        this.#send({ kind: 'folder', parts: [...item.parts] });
        continue;
      }
      while (running.size >= pageAtOnce) await Promise.race(running);
      signal.throwIfAborted();
      const job = this.#item(item, context, signal).finally(() => running.delete(job));
      job.catch(() => undefined);
      running.add(job);
    }
    context.meter.counted();
    await Promise.all(running);
  }

  async #item(file: SourceFile, context: RunContext, signal: AbortSignal): Promise<void> {
    const key = file.parts.join('/');
    if (this.#written.has(key)) {
      context.meter.adjusted(file.size);
      context.meter.finished('done');
      return;
    }
    const itemId = randomUUID();
    this.#onFile();
    context.meter.began(displayRemoteName(file.parts.at(-1) ?? ''));
    try {
      await new Promise<void>((settle, fail) => {
        this.#items.set(itemId, { file, settle, fail, sent: 0 });
        signal.addEventListener('abort', () => fail(new AppError('cancelled', 'The transfer was stopped.')), {
          once: true,
        });
        this.#send?.({
          kind: 'file',
          itemId,
          parts: file.parts.map(displayRemoteName),
          size: file.size,
          ...(file.modified === undefined ? {} : { modified: file.modified * 1_000 }),
          url: `/files/items/${itemId}`,
        });
      });
      this.#written.add(key);
      context.meter.finished('done');
    } catch (error) {
      if (signal.aborted || !this.#send) throw error;
      context.onProblem({ path: key.slice(0, 16_000), error: toErrorInfo(error) });
    } finally {
      this.#items.delete(itemId);
    }
  }

  async #runBody(context: RunContext, signal: AbortSignal): Promise<void> {
    const file = this.#way === 'file' ? await this.#oneFile(context, signal) : undefined;
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new AppError('cancelled', 'The transfer was stopped.')), {
        once: true,
      });
      const make = (offset: number): PageBody => ({
        name: file ? (file.parts.at(-1) ?? '') : `${this.#title}.tar`,
        size: file?.size,
        offset,
        bytes: this.#watched(file ? this.#fileBytes(file, offset, context) : this.#archive(context, signal), {
          resolve,
          signal,
        }),
      });
      this.#body = make;
      this.#follow?.(make);
    }).finally(() => {
      this.#body = undefined;
    });
  }

  /** Ends the run when the last byte was taken. A browser that goes away may come again. */
  async *#watched(
    bytes: AsyncGenerator<Uint8Array, void, void>,
    { resolve, signal }: { readonly resolve: () => void; readonly signal: AbortSignal },
  ): AsyncGenerator<Uint8Array, void, void> {
    for await (const block of bytes) {
      signal.throwIfAborted();
      yield block;
    }
    resolve();
  }

  async #oneFile(context: RunContext, signal: AbortSignal): Promise<SourceFile> {
    for await (const item of this.#source.items(signal)) {
      if (item.kind === 'problem') context.onProblem(item.problem);
      else if (item.kind === 'file') {
        context.meter.found('file', item.size);
        context.meter.counted();
        return item;
      } else break;
    }
    throw new AppError('unsupported', 'Only a file can be downloaded like this.');
  }

  async *#fileBytes(file: SourceFile, offset: number, { meter }: RunContext) {
    this.#onFile();
    meter.began(displayRemoteName(file.parts.at(-1) ?? ''));
    meter.adjusted(offset);
    for await (const block of this.#read(file, offset)) {
      yield block;
      meter.moved(block.length);
    }
    meter.finished('done');
  }

  async *#archive(context: RunContext, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const { meter } = context;
    for await (const item of this.#source.items(signal)) {
      if (item.kind === 'problem') {
        context.onProblem(item.problem);
        continue;
      }
      meter.found(item.kind, item.kind === 'file' ? item.size : 0);
      yield tarHeader(item.parts, item.kind, item);
      if (item.kind === 'folder') continue;
      yield* this.#fileBytes(item, 0, context);
      yield tarPadding(item.size);
    }
    meter.counted();
    yield tarEnd();
  }
}

function pageGone(): AppError {
  return new AppError('connection-lost', 'The page that writes the files is gone.', {
    advice: 'Choose the folder again.',
  });
}
