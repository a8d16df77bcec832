import { type Disposable, toDisposable } from './disposable.ts';

/** Subscribes and returns its own undo. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The private end of an `Event`: the owner fires, others only see `event`. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A fresh closure per subscription, so that one function may subscribe twice.
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  get listenerCount(): number {
    return this.#listeners.size;
  }

  fire(value: T): void {
    for (const listener of Array.from(this.#listeners)) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
