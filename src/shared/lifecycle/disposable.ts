/** Something that holds a resource until `dispose`; calling it twice does no harm. */
export interface Disposable {
  dispose(): void;
}

export function toDisposable(work: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      work();
    },
  };
}

/** Owns disposables and ends them, newest first. What is added after the end is disposed at once. */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  get isDisposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  /** Forgets an item without disposing it. */
  release(item: Disposable): void {
    this.#items.delete(item);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const item of [...this.#items].reverse()) {
      try {
        item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#items.clear();
    if (failures.length > 0) throw new AggregateError(failures, 'Some resources could not be released.');
  }
}
