import { AppError } from '../errors/app-error.ts';

/**
 * Counts bytes on the way against a window. The sender spends what it sends and stops at the end of the window;
 * the receiver refunds what it has *parsed*, so a slow terminal slows the server and nothing piles up between.
 */
export class CreditWindow {
  readonly #size: number;
  #outstanding = 0;

  constructor(sizeInBytes: number) {
    if (!Number.isSafeInteger(sizeInBytes) || sizeInBytes <= 0) {
      throw new AppError('internal', 'A credit window needs a positive size.');
    }
    this.#size = sizeInBytes;
  }

  /** Bytes sent and not yet refunded. May exceed the window by the last chunk. */
  get outstanding(): number {
    return this.#outstanding;
  }

  get isExhausted(): boolean {
    return this.#outstanding >= this.#size;
  }

  spend(bytes: number): 'available' | 'exhausted' {
    this.#outstanding += bytes;
    return this.isExhausted ? 'exhausted' : 'available';
  }

  /** Refunds more than was spent are refused: the other side counts wrongly. */
  refund(bytes: number): 'available' | 'exhausted' {
    if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > this.#outstanding) {
      throw new AppError('invalid-input', 'More credit was returned than was given.');
    }
    this.#outstanding -= bytes;
    return this.isExhausted ? 'exhausted' : 'available';
  }
}
