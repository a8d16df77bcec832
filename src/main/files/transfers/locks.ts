/** Lets one after the other have a target; over all transfers. */
export class TargetLocks {
  readonly #held = new Map<string, Promise<void>>();

  /** Resolves with the way to give it back. */
  async take(key: string): Promise<() => void> {
    for (let held = this.#held.get(key); held; held = this.#held.get(key)) await held;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(key, promise);
    return () => {
      this.#held.delete(key);
      resolve();
    };
  }
}
