import { AppError } from '../../../shared/errors/app-error.ts';
import { blockBytes } from '../transfers/copy-bytes.ts';
import type { FileReader } from '../transfers/ends.ts';

const blocksAhead = 128;

/** A file in order, with many reads under way; as much is read ahead as the taker takes. Ends at `size`, closes the reader. */
export async function* streamFile(
  reader: FileReader,
  from: number,
  size: number,
): AsyncGenerator<Uint8Array, void, void> {
  const asked: Promise<Uint8Array>[] = [];
  let next = from;
  try {
    while (next < size || asked.length > 0) {
      for (; asked.length < blocksAhead && next < size; next += blockBytes) {
        const block = readWhole(reader, next, Math.min(blockBytes, size - next));
        block.catch(() => undefined);
        asked.push(block);
      }
      const block = await asked.shift();
      if (block) yield block;
    }
  } finally {
    await Promise.allSettled(asked);
    await reader.close().catch(() => undefined);
  }
}

async function readWhole(reader: FileReader, offset: number, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < length; ) {
    const part = await reader.read(offset + at, length - at);
    if (!part || part.length === 0)
      throw new AppError('file-changed', 'The file became shorter while it was read.', { action: 'retry' });
    parts.push(part);
    at += part.length;
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}
