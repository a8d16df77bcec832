import { AppError } from '../../../shared/errors/app-error.ts';

// Framing of streams whose negotiated ALPN name ends in `-ping` (tunnels.md 1.2): a big-endian length, then that
// many bytes; a length of zero is a sign of life and carries nothing.

const headBytes = 4;
/** Far above what any side sends in one piece; keeps a broken length from being waited for. */
const maxFrameBytes = 64 << 20;
const maxChunkBytes = 1 << 20;

export const pingAlpnSuffix = '-ping';
export const pingIntervalMs = 30_000;
export const pingFrame: Buffer = Buffer.alloc(headBytes);

/** The pieces to write for one payload, without a copy of it. An empty payload gives none, because that would be a ping. */
export function framePayload(payload: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length; at += maxChunkBytes) {
    const chunk = payload.subarray(at, at + maxChunkBytes);
    const head = Buffer.allocUnsafe(headBytes);
    head.writeUInt32BE(chunk.length);
    pieces.push(head, chunk);
  }
  return pieces;
}

/**
 * Takes the framing off a byte stream. Payload is handed out as it comes, also before its frame is complete,
 * as views of what was pushed. Throws `answer-invalid` on a length that no peer sends.
 */
export class PingFrameSplitter {
  readonly #head = Buffer.alloc(headBytes);
  #headBytes = 0;
  #left = 0;
  #pings = 0;

  /** Signs of life seen so far. */
  get pings(): number {
    return this.#pings;
  }

  /** False in the middle of a frame: a stream that ends there was cut. */
  get isBetweenFrames(): boolean {
    return this.#left === 0 && this.#headBytes === 0;
  }

  push(chunk: Buffer): Buffer[] {
    const payload: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left);
        payload.push(chunk.subarray(at, end));
        this.#left -= end - at;
        at = end;
        continue;
      }
      const taken = chunk.copy(this.#head, this.#headBytes, at, at + headBytes - this.#headBytes);
      at += taken;
      this.#headBytes += taken;
      if (this.#headBytes === headBytes) this.#startFrame();
    }
    return payload;
  }

  #startFrame(): void {
    const length = this.#head.readUInt32BE();
    if (length > maxFrameBytes) {
      throw new AppError('answer-invalid', 'The other side of the tunnel sent a frame that cannot be read.', {
        reason: `It announced ${length} bytes at once.`,
        action: 'retry',
      });
    }
    this.#headBytes = 0;
    this.#left = length;
    if (length === 0) this.#pings += 1;
  }
}
