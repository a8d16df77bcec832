import { createHash } from 'node:crypto';
import type { FileProblem } from '../../../shared/contract/files.ts';
import type { ConflictAnswer, TransferConflict } from '../../../shared/contract/transfers.ts';
import { AppError, type ErrorCode, isAppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { chooseTarget } from './conflicts.ts';
import { copyBytes, isSameBefore } from './copy-bytes.ts';
import { sameDigest } from './digests.ts';
import type {
  FileReader,
  FileWriter,
  Parts,
  Sink,
  Source,
  SourceFile,
  SourceFolder,
  SourceItem,
} from './ends.ts';
import { ItemQueue } from './item-queue.ts';
import type { TargetLocks } from './locks.ts';
import type { ProgressMeter } from './progress-meter.ts';
import { Slots } from './slots.ts';
import { TransferWindow } from './window.ts';

const slotCount = 64;
const largeFileBytes = 1 << 20;
const largeFileSlots = 24;
/** From here on a file is worth several channels, and being gone on with after a break. */
const hugeFileBytes = 4 << 20;
const hugeFileChannels = 4;
const checksAtOnce = 8;

/** How far a half file is, and of what it is a half. */
export interface Mark {
  readonly at: number;
  readonly size: number;
  readonly modified?: number | undefined;
}

export interface RunOptions {
  /** Begins the names of temporary files. */
  readonly prefix: string;
  readonly source: Source;
  readonly sink: Sink;
  readonly checkHashes: boolean;
  /** Something of this transfer may be there already. */
  readonly isAgain: boolean;
  readonly meter: ProgressMeter;
  /** By temporary name; lives longer than a run. */
  readonly marks: Map<string, Mark>;
  readonly locks: TargetLocks;
  readonly decide: (conflict: TransferConflict) => Promise<ConflictAnswer>;
  readonly onFile: () => void;
  readonly onProblem: (problem: FileProblem) => void;
  readonly onChecking: () => void;
}

/** Failures of one file, after which the others go on. */
const ofOneFile: readonly ErrorCode[] = [
  'file-not-found',
  'file-permission-denied',
  'file-exists',
  'file-failed',
  'file-changed',
  'unsupported',
];

/** Copies everything once. Throws what stops all of it, such as a lost connection; what concerns one file is told. */
export class TransferRun {
  readonly #options: RunOptions;
  readonly #slots = new Slots(slotCount);
  readonly #window = new TransferWindow();
  readonly #freshFolders = new Set<string>();
  readonly #lostFolders: string[] = [];
  readonly #folders: SourceFolder[] = [];
  readonly #toCheck: { readonly file: SourceFile; readonly parts: Parts }[] = [];
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async run(outer: AbortSignal): Promise<void> {
    const { source, meter } = this.#options;
    const signal = AbortSignal.any([outer, this.#stop.signal]);
    const queue = new ItemQueue<SourceItem>();
    signal.addEventListener('abort', () => queue.stop(), { once: true });
    const walk = queue.fill(source.items(signal), (item) => {
      if (item.kind !== 'problem') meter.found(item.kind, item.kind === 'file' ? item.size : 0);
    });
    const walked = walk.then(() => meter.counted()).catch((error: unknown) => this.#fail(error));
    const running = new Set<Promise<void>>();
    for (let item = await queue.next(); item && !signal.aborted; item = await queue.next()) {
      if (item.kind === 'problem') this.#options.onProblem(item.problem);
      else if (item.kind === 'folder') await this.#folder(item).catch((error: unknown) => this.#fail(error));
      else await this.#begin(item, running, signal);
    }
    queue.stop();
    await Promise.all([walked, ...running]);
    if (this.#failure) throw this.#failure.error;
    if (outer.aborted) throw new AppError('cancelled', 'The transfer was stopped.');
    for (const folder of this.#folders.reverse()) await this.#options.sink.finishFolder(folder);
    await this.#check(outer);
  }

  async #begin(file: SourceFile, running: Set<Promise<void>>, signal: AbortSignal): Promise<void> {
    const cost = file.size >= largeFileBytes ? largeFileSlots : 1;
    await this.#slots.take(cost);
    if (signal.aborted) {
      this.#slots.give(cost);
      return;
    }
    const job = this.#file(file, signal)
      .catch((error: unknown) => this.#note(file.parts, error))
      .finally(() => {
        running.delete(job);
        this.#slots.give(cost);
      });
    running.add(job);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop.abort();
  }

  /** Tells what concerns one file; anything else ends the run. */
  #note(parts: Parts, error: unknown): void {
    if (isAppError(error, ...ofOneFile))
      this.#options.onProblem({ path: parts.join('/').slice(0, 16_000), error: toErrorInfo(error) });
    else this.#fail(error);
  }

  async #folder(folder: SourceFolder): Promise<void> {
    const key = folder.parts.join('/');
    if (this.#isLost(key)) return;
    try {
      if (await this.#options.sink.makeFolder(folder.parts)) this.#freshFolders.add(key);
      this.#folders.push(folder);
    } catch (error) {
      this.#lostFolders.push(`${key}/`);
      this.#note(folder.parts, error);
    }
  }

  #isLost(key: string): boolean {
    return this.#lostFolders.some((folder) => key.startsWith(folder));
  }

  async #file(file: SourceFile, signal: AbortSignal): Promise<void> {
    const { sink, locks, meter, isAgain, decide } = this.#options;
    if (this.#isLost(file.parts.join('/'))) return;
    const giveBack = await locks.take(sink.key(file.parts));
    try {
      const isFresh = this.#freshFolders.has(file.parts.slice(0, -1).join('/'));
      const target = isFresh
        ? { kind: 'new' as const, parts: file.parts }
        : await chooseTarget({ file, sink, isAgain, decide });
      if (target.kind === 'skip') {
        meter.adjusted(file.size);
        meter.finished('skipped');
        return;
      }
      if (target.kind === 'there') meter.adjusted(file.size);
      else await this.#copy(file, target.parts, target.kind === 'replace', signal);
      meter.finished('done');
      if (this.#options.checkHashes) this.#toCheck.push({ file, parts: target.parts });
    } finally {
      giveBack();
    }
  }

  async #copy(file: SourceFile, parts: Parts, replaces: boolean, signal: AbortSignal): Promise<void> {
    const { source, sink, prefix, marks, meter } = this.#options;
    this.#options.onFile();
    meter.began(displayRemoteName(file.parts.at(-1) ?? ''));
    const temporaryName = `${prefix}${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)}.part`;
    const known = marks.get(temporaryName);
    const continues = known !== undefined && known.size === file.size && known.modified === file.modified;
    const channels = file.size >= hugeFileBytes ? hugeFileChannels : 1;
    const [reader, writer] = await openBoth(
      source.open(file, channels, signal),
      sink.open(parts, { temporaryName, continues, channels }, signal),
    );
    let counted = 0;
    const count = (bytes: number) => {
      counted += bytes;
      meter.moved(bytes);
    };
    try {
      const from = continues ? await this.#startOf(reader, writer, known.at) : 0;
      meter.adjusted(from);
      counted += from;
      const onProgress = (bytes: number, at: number) => {
        count(bytes);
        if (file.size >= hugeFileBytes)
          marks.set(temporaryName, { at, size: file.size, modified: file.modified });
      };
      const { size } = file;
      await copyBytes({ reader, writer, from, size, window: this.#window, signal, onProgress });
      await this.#tellChange(file, reader);
      await writer.finish(file, { replaces });
      marks.delete(temporaryName);
    } catch (error) {
      meter.adjusted(-counted);
      const mayGoOn = marks.has(temporaryName) && !isAppError(error, ...ofOneFile);
      if (!mayGoOn) marks.delete(temporaryName);
      await (mayGoOn ? writer.keep() : writer.discard()).catch(() => undefined);
      throw error;
    } finally {
      await reader.close().catch(() => undefined);
    }
  }

  async #startOf(reader: FileReader, writer: FileWriter, mark: number): Promise<number> {
    return mark <= writer.size && (await isSameBefore(reader, writer, mark)) ? mark : 0;
  }

  /** A file that grew is whole up to where it was when it was found. */
  async #tellChange(file: SourceFile, reader: FileReader): Promise<void> {
    if (file.size < 32_768) return;
    const now = await reader.facts();
    if (now.size === file.size && (now.modified ?? file.modified) === file.modified) return;
    this.#options.onProblem({
      path: file.parts.join('/').slice(0, 16_000),
      error: toErrorInfo(
        new AppError('file-changed', 'The file changed while it was copied.', {
          reason: 'Another program writes to it. What was copied may be of different moments.',
          advice: 'Copy it again when it is quiet.',
        }),
      ),
    });
  }

  async #check(signal: AbortSignal): Promise<void> {
    if (this.#toCheck.length > 0) this.#options.onChecking();
    const waiting = this.#toCheck.values();
    const work = async () => {
      for (const { file, parts } of waiting) {
        if (this.#failure) return;
        await this.#checkOne(file, parts, signal).catch((error: unknown) => this.#note(parts, error));
      }
    };
    await Promise.all(Array.from({ length: checksAtOnce }, work));
    if (this.#failure) throw this.#failure.error;
  }

  async #checkOne(file: SourceFile, parts: Parts, signal: AbortSignal): Promise<void> {
    const { source, sink } = this.#options;
    if (await sameDigest(source, sink, file, parts, signal)) return;
    throw new AppError('file-failed', `The copy of ${displayRemoteName(parts.join('/'))} differs.`, {
      reason: 'Its SHA-256 is another one.',
      advice: 'Copy it again.',
      action: 'retry',
    });
  }
}

/** Both or none. */
async function openBoth(
  reading: Promise<FileReader>,
  writing: Promise<FileWriter>,
): Promise<[FileReader, FileWriter]> {
  const [reader, writer] = await Promise.allSettled([reading, writing]);
  if (reader.status === 'fulfilled' && writer.status === 'fulfilled') return [reader.value, writer.value];
  if (reader.status === 'fulfilled') await reader.value.close().catch(() => undefined);
  if (writer.status === 'fulfilled') await writer.value.discard().catch(() => undefined);
  throw reader.status === 'rejected' ? reader.reason : (writer as PromiseRejectedResult).reason;
}
