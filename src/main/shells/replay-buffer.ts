import { ModeTracker } from './mode-tracker.ts';

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The last output of a shell, addressed by its offset since the shell began. Bounded; the oldest bytes go first. */
export class ReplayBuffer {
  readonly #limit: number;
  readonly #droppedModes = new ModeTracker();
  #pieces: Piece[] = [];
  #head = 0;
  #end = 0;

  constructor(limitInBytes: number) {
    this.#limit = limitInBytes;
  }

  /** Offset of the oldest byte that is still here. */
  get start(): number {
    return this.#pieces[this.#head]?.offset ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push({ offset: this.#end, bytes });
    this.#end += bytes.length;
    while (this.#end - this.start > this.#limit && this.#head < this.#pieces.length - 1) {
      const oldest = this.#pieces[this.#head];
      if (oldest) this.#droppedModes.feed(oldest.bytes);
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Up to `max` bytes from `offset`, which must lie between `start` and `end`. Small pieces are joined. */
  read(offset: number, max: number): Uint8Array {
    let index = this.#find(offset);
    const first = this.#pieces[index];
    if (!first) return new Uint8Array(0);
    const parts = [first.bytes.subarray(offset - first.offset, offset - first.offset + max)];
    let size = parts[0]?.length ?? 0;
    for (index += 1; index < this.#pieces.length && size < max; index += 1) {
      const bytes = this.#pieces[index]?.bytes.subarray(0, max - size) ?? new Uint8Array(0);
      parts.push(bytes);
      size += bytes.length;
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts, size);
  }

  /** Up to the last `max` bytes, from the begin of a line where there is one. */
  tail(max: number): Uint8Array {
    const from = Math.max(this.start, this.#end - max);
    const bytes = this.read(from, max);
    const line = from === this.start ? -1 : bytes.indexOf(10);
    return bytes.subarray(line + 1);
  }

  /** Sequences that set a fresh terminal to the modes in force at `start`. */
  preamble(): Uint8Array {
    return this.#droppedModes.preamble();
  }

  #find(offset: number): number {
    let low = this.#head;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
