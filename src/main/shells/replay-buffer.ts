import { ModeTracker } from './mode-tracker.ts';

const firstCapacity = 16 << 10;

/**
 * The last output of a shell, addressed by its offset since the shell began. Bounded; the oldest bytes go first. The bytes
 * are copied into one ring: small pieces kept as they came would each keep the packet alive that they are a part of, and
 * in a flood the garbage collector would take more time than everything else.
 */
export class ReplayBuffer {
  readonly #limit: number;
  readonly #droppedModes = new ModeTracker();
  #ring: Uint8Array;
  #start = 0;
  #end = 0;

  constructor(limitInBytes: number) {
    this.#limit = limitInBytes;
    this.#ring = new Uint8Array(Math.min(firstCapacity, limitInBytes));
  }

  /** Offset of the oldest byte that is still here. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.#limit) this.#add(bytes.subarray(at, at + this.#limit));
  }

  /**
   * Up to `max` bytes from `offset`, which must lie between `start` and `end`; fewer where the ring begins anew. The bytes
   * are valid until the next `append`.
   */
  read(offset: number, max: number): Uint8Array {
    const from = offset % this.#ring.length;
    return this.#ring.subarray(from, from + Math.min(max, this.#end - offset));
  }

  /** A copy of up to the last `max` bytes, from the begin of a line where there is one. */
  tail(max: number): Uint8Array {
    const from = Math.max(this.#start, this.#end - max);
    const bytes = this.#copy(from, new Uint8Array(this.#end - from));
    const line = from === this.#start ? -1 : bytes.indexOf(10);
    return bytes.subarray(line + 1);
  }

  /** Sequences that set a fresh terminal to the modes in force at `start`. */
  preamble(): Uint8Array {
    return this.#droppedModes.preamble();
  }

  /** At most `limit` bytes. */
  #add(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    const at = this.#end % this.#ring.length;
    const head = bytes.subarray(0, this.#ring.length - at);
    this.#ring.set(head, at);
    this.#ring.set(bytes.subarray(head.length), 0);
    this.#end += bytes.length;
  }

  #makeRoom(length: number): void {
    const needed = this.#end - this.#start + length;
    if (needed > this.#ring.length && this.#ring.length < this.#limit) this.#grow(needed);
    for (let excess = needed - this.#ring.length; excess > 0; ) {
      const dropped = this.read(this.#start, excess);
      this.#droppedModes.feed(dropped);
      this.#start += dropped.length;
      excess -= dropped.length;
    }
  }

  #grow(needed: number): void {
    const ring = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.#ring.length)));
    for (let at = this.#start; at < this.#end; ) {
      const to = at % ring.length;
      const bytes = this.read(at, ring.length - to);
      ring.set(bytes, to);
      at += bytes.length;
    }
    this.#ring = ring;
  }

  /** Everything from `offset` on. */
  #copy(offset: number, into: Uint8Array): Uint8Array {
    for (let at = offset; at < this.#end; ) {
      const bytes = this.read(at, this.#end - at);
      into.set(bytes, at - offset);
      at += bytes.length;
    }
    return into;
  }
}
