import { type Disposable, toDisposable } from '../../../shared/lifecycle/disposable.ts';
import { Emitter } from '../../../shared/lifecycle/emitter.ts';

const defaultMs = 15_000;
const missesAllowed = 3;
const changed = new Emitter<void>();
let intervalMs = defaultMs;

/** How often quiet connections are tested from now on, also those that are open; without a value, as at the start. */
export function setKeepAlive(milliseconds = defaultMs): void {
  if (milliseconds === intervalMs) return;
  intervalMs = milliseconds;
  changed.fire();
}

export interface KeepAliveOptions {
  /** Asks the other side for any answer. */
  readonly ping: () => void;
  /** Several questions in a row got none. */
  readonly onDead: () => void;
}

/** Tests a connection while nothing comes from the other side. */
export class KeepAlive implements Disposable {
  readonly #options: KeepAliveOptions;
  readonly #subscription: Disposable;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #heard = false;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    this.#arm();
    this.#subscription = changed.event(() => this.#arm());
  }

  /** Something came from the other side. */
  hear(): void {
    this.#heard = true;
    this.#unanswered = 0;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscription.dispose();
  }

  #arm(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), intervalMs);
    this.#timer.unref();
  }

  #look(): void {
    const wasQuiet = !this.#heard;
    this.#heard = false;
    if (!wasQuiet) return;
    if (this.#unanswered >= missesAllowed) {
      this.dispose();
      this.#options.onDead();
      return;
    }
    this.#unanswered += 1;
    this.#options.ping();
  }
}

/** Lets `keepAlive` hear what comes on a stream that somebody reads already. */
export function hearStream(stream: NodeJS.ReadableStream, keepAlive: KeepAlive): Disposable {
  const hear = () => keepAlive.hear();
  stream.on('data', hear);
  return toDisposable(() => stream.off('data', hear));
}
