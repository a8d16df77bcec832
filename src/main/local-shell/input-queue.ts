import { writeSync } from 'node:fs';

const firstDelayMs = 1;
const longestDelayMs = 50;

/**
 * Writes to the descriptor of a pseudo-terminal that does not block: what a program does not read yet waits here. (A stream
 * over such a descriptor waits inside the call, which would stop the whole app.)
 */
export class InputQueue {
  readonly #descriptor: number;
  #waiting: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  #delayMs = firstDelayMs;
  #isClosed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  push(bytes: Uint8Array): void {
    if (this.#isClosed || bytes.length === 0) return;
    this.#waiting.push(bytes);
    if (!this.#timer) this.#drain();
  }

  /** What still waits is dropped. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  #drain(): void {
    this.#timer = undefined;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const written = this.#write(next);
      if (written === undefined) {
        this.#timer = setTimeout(() => this.#drain(), this.#delayMs);
        this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
        return;
      }
      this.#delayMs = firstDelayMs;
      if (written < next.length) this.#waiting[0] = next.subarray(written);
      else this.#waiting.shift();
    }
  }

  /** How much was taken; undefined when nothing can be taken now. */
  #write(bytes: Uint8Array): number | undefined {
    try {
      return writeSync(this.#descriptor, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
      // The program has gone; its end is told elsewhere.
      this.close();
      return undefined;
    }
  }
}
