import { AppError } from '../../../shared/errors/app-error.ts';
import type { FileReader, FileWriter } from './ends.ts';
import type { TransferWindow } from './window.ts';

/** Large enough to be worth a request, and taken by every server. */
export const blockBytes = 32_768;
/** Fewer, larger requests cost less where both ends take them. */
const largeBlockBytes = 4 * blockBytes;
const comparedBytes = 64 << 10;

export interface CopyOptions {
  readonly reader: FileReader;
  readonly writer: FileWriter;
  /** Where an earlier attempt stopped. */
  readonly from: number;
  readonly size: number;
  readonly window: TransferWindow;
  readonly signal: AbortSignal;
  /** Bytes that were written, and up to where nothing is missing. */
  readonly onProgress: (bytes: number, mark: number) => void;
}

/** Copies with many requests under way. Throws `file-changed` when the source is shorter than it was. */
export async function copyBytes(options: CopyOptions): Promise<void> {
  const { from, size, window, signal, onProgress } = options;
  const running = new Set<Promise<void>>();
  const done = new Map<number, number>();
  let mark = from;
  let failure: { readonly error: unknown } | undefined;
  const finish = (offset: number, length: number) => {
    done.set(offset, length);
    for (let next = done.get(mark); next !== undefined; next = done.get(mark)) {
      done.delete(mark);
      mark += next;
    }
    onProgress(length, mark);
  };
  const stopped = () => failure !== undefined || signal.aborted;
  const { reader, writer } = options;
  const block = Math.min(reader.blockBytes ?? largeBlockBytes, writer.blockBytes ?? largeBlockBytes);
  for (let offset = from; offset < size && !stopped(); offset += block) {
    const length = Math.min(block, size - offset);
    try {
      await window.acquire(length, signal);
    } catch (error) {
      failure ??= { error };
      break;
    }
    const job = copyBlock(options, offset, length)
      .then(
        () => finish(offset, length),
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .finally(() => {
        window.release(length);
        running.delete(job);
      });
    running.add(job);
  }
  await Promise.all(running);
  if (failure) throw failure.error;
  if (signal.aborted) throw new AppError('cancelled', 'The transfer was stopped.');
}

async function copyBlock({ reader, writer }: CopyOptions, offset: number, length: number): Promise<void> {
  for (let at = 0; at < length; ) {
    const data = await reader.read(offset + at, length - at);
    if (!data || data.length === 0) throw shorter();
    await writer.write(offset + at, data);
    at += data.length;
  }
}

/** Whether the end of a half file is what the source has there. */
export async function isSameBefore(reader: FileReader, writer: FileWriter, mark: number): Promise<boolean> {
  const start = Math.max(0, mark - comparedBytes);
  const [here, there] = await Promise.all([
    readFully(reader, start, mark - start),
    readFully(writer, start, mark - start),
  ]);
  return here.length === mark - start && here.equals(there);
}

async function readFully(from: Pick<FileReader, 'read'>, start: number, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < length; ) {
    const part = await from.read(start + at, Math.min(blockBytes, length - at));
    if (!part || part.length === 0) break;
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

function shorter(): AppError {
  return new AppError('file-changed', 'The file became shorter while it was read.', {
    reason: 'Another program writes to it.',
    advice: 'Copy it again when it is whole.',
    action: 'retry',
  });
}
