import type { RequestFollowing } from '../../shared/contract/access-requests.ts';
import { type AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import type { RequestEvent } from '../protocol/client/request-watch.ts';

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** A reviewer whose server streams only own requests: how often the queue is asked for, at first and at most. */
const firstPollMs = 4_000;
const longestPollMs = 30_000;

export interface FollowerOptions {
  /** Opens the stream of changes; it ends by throwing. */
  readonly watch: (all: boolean, signal: AbortSignal) => AsyncIterable<RequestEvent>;
  /** Reads the lists anew; tells whether anything differed. */
  readonly relist: (signal: AbortSignal) => Promise<boolean>;
  readonly onEvent: (event: Exclude<RequestEvent, { kind: 'ready' }>) => void;
  readonly onFollowing: (following: RequestFollowing) => void;
  readonly onFailure: (error: unknown) => void;
  /** Whether other people's requests matter to this account. */
  readonly isReviewer: () => boolean;
  readonly now: () => Date;
}

/** Keeps one account's requests up to date: by the stream, or by asking again where it fails. */
export class RequestFollower implements Disposable {
  readonly #options: FollowerOptions;
  readonly #end = new AbortController();
  /** The server refuses to stream what other people ask for. */
  #onlyOwn = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    void this.#run();
  }

  dispose(): void {
    this.#end.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    let wait = firstWaitMs;
    while (!signal.aborted) {
      let wasReady = false;
      const error = await this.#follow(() => (wasReady = true));
      if (signal.aborted) return;
      if (isAppError(error, 'access-denied') && !wasReady && !this.#onlyOwn) {
        this.#onlyOwn = true;
        continue;
      }
      this.#options.onFailure(error);
      if (isAppError(error, 'session-expired', 'signed-out')) {
        this.#options.onFollowing({ kind: 'off', reason: toErrorInfo(error) });
        return;
      }
      if (wasReady) wait = firstWaitMs;
      await this.#poll(error);
      await pause(wait + Math.random() * wait * 0.2, signal);
      wait = Math.min(longestWaitMs, wait * 2);
    }
  }

  /** Resolves with the reason when the stream is over. */
  async #follow(onReady: () => void): Promise<unknown> {
    const stream = new AbortController();
    const stop = () => stream.abort();
    this.#end.signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const event of this.#options.watch(!this.#onlyOwn, stream.signal)) {
        if (event.kind !== 'ready') {
          this.#options.onEvent(event);
          continue;
        }
        onReady();
        // Read after the stream is open, so that nothing falls between.
        await this.#options.relist(stream.signal);
        this.#tellReady();
        if (this.#onlyOwn && this.#options.isReviewer()) void this.#pollQueue(stream);
      }
      return undefined;
    } catch (error) {
      return error;
    } finally {
      stream.abort();
      this.#end.signal.removeEventListener('abort', stop);
    }
  }

  #tellReady(): void {
    const now = this.#options.now().toISOString();
    if (!this.#onlyOwn || !this.#options.isReviewer()) {
      this.#options.onFollowing({ kind: 'live', since: now });
      return;
    }
    this.#options.onFollowing({
      kind: 'polling',
      lastAt: now,
      reason: {
        code: 'access-denied',
        message: 'The cluster does not tell you at once what others ask for.',
        reason: 'Your roles may review requests but not watch them. Your own requests are live.',
        action: 'none',
      },
    });
  }

  async #pollQueue(stream: AbortController): Promise<void> {
    let wait = firstPollMs;
    while (!stream.signal.aborted) {
      await pause(wait, stream.signal);
      if (stream.signal.aborted) return;
      const hasChanged = await this.#options.relist(stream.signal).catch(() => undefined);
      if (stream.signal.aborted) return;
      wait = hasChanged ? firstPollMs : Math.min(longestPollMs, wait * 1.5);
      if (hasChanged !== undefined) this.#tellReady();
    }
  }

  async #poll(why: unknown): Promise<void> {
    const reason = toErrorInfo(why as AppError);
    try {
      await this.#options.relist(this.#end.signal);
      if (!this.#end.signal.aborted)
        this.#options.onFollowing({
          kind: 'polling',
          reason,
          lastAt: this.#options.now().toISOString(),
        });
    } catch {
      if (!this.#end.signal.aborted) this.#options.onFollowing({ kind: 'polling', reason });
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done, { once: true });
  });
}
