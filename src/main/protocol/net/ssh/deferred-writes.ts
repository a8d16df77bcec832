import type { Duplex } from 'node:stream';

/**
 * Makes writes to a channel that carries another SSH connection happen after the current synchronous work, joined into
 * one. Without ssh2's native part its chacha20 uses one buffer for all connections, and a nested write would re-enter it
 * (ssh.md 5.6).
 */
export function deferWrites(stream: Duplex): Duplex {
  const write = stream.write.bind(stream) as (chunk: Buffer) => boolean;
  const end = stream.end.bind(stream) as () => Duplex;
  let waiting: Buffer[] = [];
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    const chunks = waiting;
    waiting = [];
    const [first] = chunks;
    if (first && stream.writable) write(chunks.length === 1 ? first : Buffer.concat(chunks));
  };
  stream.write = ((chunk: Buffer) => {
    waiting.push(chunk);
    if (!scheduled) {
      scheduled = true;
      process.nextTick(flush);
    }
    return true;
  }) as Duplex['write'];
  stream.end = (() => {
    flush();
    return end();
  }) as Duplex['end'];
  return stream;
}
