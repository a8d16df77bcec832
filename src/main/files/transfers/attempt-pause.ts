import { setTimeout as wait } from 'node:timers/promises';
import type { TransferStatus } from '../../../shared/contract/transfers.ts';
import { AppError, type ErrorCode, isAppError, toErrorInfo } from '../../../shared/errors/app-error.ts';

const retryMs = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

/** After these it goes on by itself. */
const passing: readonly ErrorCode[] = [
  'connection-lost',
  'connection-refused',
  'network-unreachable',
  'host-not-found',
  'timed-out',
  'resource-offline',
  'server-error',
  'tls-failed',
];
const signInFirst: readonly ErrorCode[] = ['session-expired', 'signed-out'];

type Waiting = Extract<TransferStatus, { kind: 'waiting' }>;

export interface BrokenAttempt {
  readonly error: unknown;
  /** How many broke before it without anything done. */
  readonly failures: number;
  readonly isPageGone: boolean;
}

/** The time between two attempts of a transfer. */
export class AttemptPause {
  readonly #onWaiting: (status: Waiting) => void;
  #wake: (() => void) | undefined;

  constructor(onWaiting: (status: Waiting) => void) {
    this.#onWaiting = onWaiting;
  }

  /** What it waited for may be back. */
  wake(): void {
    this.#wake?.();
  }

  /** Until another attempt is worth it; throws when none is. */
  async after({ error, failures, isPageGone }: BrokenAttempt, signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (isAppError(error, ...signInFirst)) {
      this.#onWaiting({ kind: 'waiting', for: 'sign-in', error: toErrorInfo(error) });
      await woken;
    } else if (isPageGone) {
      this.#onWaiting({ kind: 'waiting', for: 'page' });
      await woken;
    } else if (isAppError(error, ...passing)) {
      this.#onWaiting({ kind: 'waiting', for: 'connection', error: toErrorInfo(error) });
      const pause = retryMs[Math.min(failures, retryMs.length - 1)] ?? 1_000;
      await Promise.race([woken, wait(pause, undefined, { signal, ref: false })]).catch(() => undefined);
    } else throw error;
    this.#wake = undefined;
    signal.throwIfAborted();
  }
}

export function pageGone(): AppError {
  return new AppError('file-not-found', 'The page that had the files is gone.', {
    advice: 'Choose the files again.',
  });
}
