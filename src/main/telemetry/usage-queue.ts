import type { Disposable } from '../../shared/lifecycle/disposable.ts';

/** Sizes and times of telemetry.md 8; attempts wait longer each time, where upstream waits for the next batch. */
export interface QueueLimits {
  /** A batch is due when this many wait. */
  readonly dueCount: number;
  /** …or this long after the first one came. */
  readonly dueMs: number;
  readonly batchSize: number;
  /** What comes beyond it is dropped. */
  readonly capacity: number;
  readonly attempts: number;
  /** Before the second attempt; it grows fourfold, with a random half added. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  /** How long a machine without a network is left alone before it is looked at again. */
  readonly offlineMs: number;
}

export const queueLimits: QueueLimits = {
  dueCount: 15,
  dueMs: 60 * 60_000,
  batchSize: 30,
  capacity: 60,
  attempts: 4,
  backoffMs: 30_000,
  longestBackoffMs: 60 * 60_000,
  offlineMs: 60_000,
};

export interface QueuedEvent {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface QueueObserver {
  /** False while this machine has no network: then nothing is tried, and nothing counts as an attempt. */
  isOnline(): boolean;
  /** Sends one event; rejects with the reason when the collector did not take it. */
  send(event: QueuedEvent, signal: AbortSignal): Promise<void>;
  onSent(event: QueuedEvent): void;
  onDropped(event: QueuedEvent, why: 'full' | 'attempts'): void;
  onFailed(error: unknown): void;
}

interface Entry {
  readonly event: QueuedEvent;
  attempts: number;
}

/** Events on their way to the collector: in memory only, bounded, sent in order, one batch at a time. */
export class UsageQueue implements Disposable {
  readonly #limits: QueueLimits;
  readonly #observer: QueueObserver;
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #abort = new AbortController();
  #failures = 0;
  #isDisposed = false;

  constructor(observer: QueueObserver, limits: QueueLimits = queueLimits) {
    this.#observer = observer;
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(event: QueuedEvent): void {
    if (this.#isDisposed) return;
    if (this.#entries.length >= this.#limits.capacity) {
      this.#observer.onDropped(event, 'full');
      return;
    }
    this.#entries.push({ event, attempts: 0 });
    this.#schedule();
  }

  /** Empties the queue and stops what is being sent; tells which events were in it. */
  clear(): readonly QueuedEvent[] {
    const events = this.take(() => true);
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return events;
  }

  /** Takes away what `isMeant` says, and stops what is being sent; the others are tried again. */
  take(isMeant: (event: QueuedEvent) => boolean): readonly QueuedEvent[] {
    const events = this.#entries.map((entry) => entry.event).filter(isMeant);
    if (events.length === 0) return events;
    this.#entries = this.#entries.filter((entry) => !events.includes(entry.event));
    this.#abort.abort();
    this.#abort = new AbortController();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule();
    return events;
  }

  /** Sends what is there now, without waiting for more and without a second attempt; gives up when `signal` aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    clearTimeout(this.#timer);
    const stop = () => this.#abort.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await this.#sending;
    while (this.#entries.length > 0 && !signal.aborted && this.#observer.isOnline()) {
      const before = this.#entries.length;
      await this.#sendBatch();
      if (this.#entries.length >= before) break;
    }
    signal.removeEventListener('abort', stop);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.clear();
  }

  #schedule(): void {
    if (this.#isDisposed || this.#sending || this.#entries.length === 0) return;
    const isDue = this.#entries.length >= this.#limits.dueCount && this.#failures === 0;
    if (isDue) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#start();
      return;
    }
    if (this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#start();
      },
      this.#failures > 0 ? this.#backoff() : this.#limits.dueMs,
    );
    this.#timer.unref();
  }

  #start(): void {
    if (!this.#observer.isOnline()) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#start();
      }, this.#limits.offlineMs);
      this.#timer.unref();
      return;
    }
    this.#sending = this.#sendBatch().finally(() => {
      this.#sending = undefined;
      this.#schedule();
    });
  }

  async #sendBatch(): Promise<void> {
    const { signal } = this.#abort;
    const batch = this.#entries.slice(0, this.#limits.batchSize);
    for (const entry of batch) {
      if (signal.aborted) return;
      try {
        await this.#observer.send(entry.event, signal);
        if (signal.aborted) return;
        this.#remove(entry);
        this.#failures = 0;
        this.#observer.onSent(entry.event);
      } catch (error) {
        if (signal.aborted) return;
        this.#fail(entry, error);
        // The collector is in trouble: the others need not try it now.
        return;
      }
    }
  }

  #fail(entry: Entry, error: unknown): void {
    this.#failures += 1;
    entry.attempts += 1;
    this.#observer.onFailed(error);
    if (entry.attempts < this.#limits.attempts) return;
    this.#remove(entry);
    this.#observer.onDropped(entry.event, 'attempts');
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  #backoff(): number {
    const { backoffMs, longestBackoffMs } = this.#limits;
    const base = Math.min(longestBackoffMs, backoffMs * 4 ** (this.#failures - 1));
    return base * (1 + Math.random() / 2);
  }
}
