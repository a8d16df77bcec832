import { createHash } from 'node:crypto';
import type { FileReader, Parts, Sink, Source, SourceFile } from './ends.ts';

const blockBytes = 32_768;
const ahead = 64;
/** Asking a server to run a program costs more than reading a small file back. */
const worthAsking = 4 << 20;

/** Compares SHA-256 of both ends; each tells its own, or is read. */
export async function sameDigest(
  source: Source,
  sink: Sink,
  file: SourceFile,
  parts: Parts,
  signal: AbortSignal,
): Promise<boolean> {
  const isLarge = file.size >= worthAsking;
  const ofSource = async () =>
    (isLarge ? await source.digest?.(file, signal) : undefined) ??
    readDigest(await source.open(file, 1, signal), signal);
  const ofSink = async () =>
    (isLarge ? await sink.digest?.(parts, signal) : undefined) ??
    readDigest(await sink.reader(parts), signal);
  const [from, to] = await Promise.all([ofSource(), ofSink()]);
  return from === to;
}

/** Reads ahead, hashes in order. */
async function readDigest(reader: FileReader, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const asked: Promise<Uint8Array | undefined>[] = [];
  let next = 0;
  let window = 1;
  const ask = () => {
    const at = next;
    next += blockBytes;
    const whole = readBlock(reader, at);
    whole.catch(() => undefined);
    asked.push(whole);
  };
  try {
    for (;;) {
      while (asked.length < window) ask();
      window = Math.min(window * 2, ahead);
      signal.throwIfAborted();
      const block = await asked.shift();
      if (!block || block.length === 0) return hash.digest('hex');
      hash.update(block);
    }
  } finally {
    await Promise.allSettled(asked);
    await reader.close().catch(() => undefined);
  }
}

async function readBlock(reader: FileReader, at: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  for (let have = 0; have < blockBytes; ) {
    const part = await reader.read(at + have, blockBytes - have);
    if (!part || part.length === 0) break;
    parts.push(part);
    have += part.length;
  }
  return Buffer.concat(parts);
}
