import { malformedSftp } from './packets.ts';

const headBytes = 4;

/** Cuts a byte stream into packets, without their lengths. Holds at most one unfinished packet. */
export class PacketSplitter {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #size = 0;

  constructor(limitInBytes: number) {
    this.#limit = limitInBytes;
  }

  /** Whole packets, in order. Throws `answer-invalid` on one that is empty or too long. */
  push(chunk: Buffer): Buffer[] {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    const packets: Buffer[] = [];
    for (;;) {
      const length = this.#peekLength();
      if (length === undefined || this.#size < headBytes + length) return packets;
      const whole = this.#take(headBytes + length);
      packets.push(whole.subarray(headBytes));
    }
  }

  #peekLength(): number | undefined {
    if (this.#size < headBytes) return undefined;
    const first = this.#parts[0];
    if (first && first.length < headBytes) this.#parts = [Buffer.concat(this.#parts, this.#size)];
    const length = this.#parts[0]?.readUInt32BE(0) ?? 0;
    if (length === 0) throw malformedSftp('an empty packet came');
    if (length > this.#limit) throw malformedSftp(`a packet of ${length} bytes came`);
    return length;
  }

  #take(size: number): Buffer {
    const first = this.#parts[0];
    this.#size -= size;
    if (first && first.length >= size) {
      if (first.length === size) this.#parts.shift();
      else this.#parts[0] = first.subarray(size);
      return first.subarray(0, size);
    }
    const all = Buffer.concat(this.#parts);
    this.#parts = all.length > size ? [all.subarray(size)] : [];
    return all.subarray(0, size);
  }
}
