import { AppError } from '../../../shared/errors/app-error.ts';

const prefixBytes = 5;
const maxMessageBytes = 4 << 20;

/** Puts the five bytes before a message: not compressed, length (gRPC over HTTP/2, Length-Prefixed-Message). */
export function frameMessage(...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.allocUnsafe(prefixBytes);
  head.writeUInt8(0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, ...parts], prefixBytes + length);
}

/**
 * Splits a byte stream into gRPC messages. A message that lies within one chunk is handed out without a copy.
 * Throws `answer-invalid` on compressed or oversized messages.
 */
export class MessageSplitter {
  #chunks: Buffer[] = [];
  #have = 0;

  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#have < prefixBytes + length) return messages;
      messages.push(this.#take(prefixBytes + length).subarray(prefixBytes));
    }
  }

  #nextLength(): number | undefined {
    if (this.#have < prefixBytes) return undefined;
    if ((this.#chunks[0]?.length ?? 0) < prefixBytes) this.#chunks = [Buffer.concat(this.#chunks)];
    const head = this.#chunks[0];
    if (!head) return undefined;
    const length = head.readUInt32BE(1);
    if (head[0] !== 0 || length > maxMessageBytes) {
      throw new AppError('answer-invalid', 'The proxy sent a message that cannot be read.', {
        action: 'retry',
      });
    }
    return length;
  }

  #take(count: number): Buffer {
    const first = this.#chunks[0];
    this.#have -= count;
    if (first && first.length >= count) {
      if (first.length === count) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    return all.subarray(0, count);
  }
}

/** Text of a `grpc-message` header: percent-encoded UTF-8. */
export function decodeGrpcMessage(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
