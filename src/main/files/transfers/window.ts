import { AppError } from '../../../shared/errors/app-error.ts';

const startBytes = 4 << 20;
const maxBytes = 16 << 20;
const measureMs = 250;

/**
 * How many bytes of a transfer may be on their way. It grows while more of them make the transfer faster, as over a long
 * line, and stops where they only wait.
 */
export class TransferWindow {
  #limit = startBytes;
  #used = 0;
  #best = 0;
  #moved = 0;
  #since = performance.now();
  #waiting: (() => void)[] = [];

  get limit(): number {
    return this.#limit;
  }

  async acquire(bytes: number, signal: AbortSignal): Promise<void> {
    while (this.#used > 0 && this.#used + bytes > this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (signal.aborted) throw new AppError('cancelled', 'The transfer was stopped.');
    }
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
    this.#moved += bytes;
    this.#measure();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #measure(): void {
    const passed = performance.now() - this.#since;
    if (passed < measureMs) return;
    const rate = this.#moved / passed;
    if (rate > this.#best * 1.1) {
      this.#best = rate;
      this.#limit = Math.min(this.#limit * 2, maxBytes);
    } else this.#best *= 0.98;
    this.#moved = 0;
    this.#since = performance.now();
  }
}
