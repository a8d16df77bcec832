import { writeSync } from 'node:fs';
import type { IPty } from '@lydell/node-pty';

const firstDelayMs = 1;
const longestDelayMs = 50;

/** The keyboard of a program in a pseudo-terminal. */
export interface PtyInput {
  /** False when bytes wait from now on; the listener of `openInput` then tells when none does any more. */
  push(bytes: Uint8Array): boolean;
  /** What still waits is dropped. */
  close(): void;
}

/**
 * What a program does not read yet waits here. node-pty writes through a stream over a descriptor that does not block, and
 * such a stream waits inside the call: that would stop the whole process.
 */
export function openInput(pty: IPty, onDrained: () => void = () => undefined): PtyInput {
  // Both are there, but not in the declarations.
  const { fd } = pty as IPty & { readonly fd?: number };
  if (process.platform === 'win32' || fd === undefined) return plainInput(pty);
  const input = new InputQueue(fd, onDrained);
  // The descriptor's number may soon be another file's.
  (pty as IPty & { on(event: 'close', listener: () => void): void }).on('close', () => input.close());
  return input;
}

/** Windows has no descriptor, and its pipe does not block. */
function plainInput(pty: IPty): PtyInput {
  let isClosed = false;
  return {
    push(bytes) {
      if (!isClosed)
        pty.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
      return true;
    },
    close() {
      isClosed = true;
    },
  };
}

class InputQueue implements PtyInput {
  readonly #descriptor: number;
  readonly #onDrained: () => void;
  #waiting: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  #delayMs = firstDelayMs;
  #isClosed = false;

  constructor(descriptor: number, onDrained: () => void) {
    this.#descriptor = descriptor;
    this.#onDrained = onDrained;
  }

  push(bytes: Uint8Array): boolean {
    if (this.#isClosed || bytes.length === 0) return true;
    this.#waiting.push(bytes);
    if (!this.#timer) this.#drain();
    return this.#waiting.length === 0;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const hadToWait = this.#timer !== undefined;
    this.#waiting = [];
    clearTimeout(this.#timer);
    if (hadToWait) this.#onDrained();
  }

  #drain(): void {
    const hadToWait = this.#timer !== undefined;
    this.#timer = undefined;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const written = this.#write(next);
      if (written === undefined) {
        if (this.#isClosed) break;
        this.#timer = setTimeout(() => this.#drain(), this.#delayMs);
        this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
        return;
      }
      this.#delayMs = firstDelayMs;
      if (written < next.length) this.#waiting[0] = next.subarray(written);
      else this.#waiting.shift();
    }
    if (hadToWait) this.#onDrained();
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
