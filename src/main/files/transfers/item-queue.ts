const maxWaiting = 20_000;

/** Items between a walk and those who work on them: the walk is ahead, but not without end. */
export class ItemQueue<T> {
  #items: T[] = [];
  #at = 0;
  #isEnded = false;
  #wake: (() => void)[] = [];

  /** Puts what the walk finds into the queue; the promise tells how the walk ended. */
  async fill(walk: AsyncGenerator<T, void, void>, onItem: (item: T) => void): Promise<void> {
    try {
      for await (const item of walk) {
        onItem(item);
        this.#items.push(item);
        this.#wakeAll();
        while (this.#items.length - this.#at > maxWaiting && !this.#isEnded) await this.#sleep();
        if (this.#isEnded) return;
      }
    } finally {
      this.stop();
    }
  }

  /** Undefined when everything was taken. */
  async next(): Promise<T | undefined> {
    while (this.#at >= this.#items.length) {
      if (this.#isEnded) return undefined;
      await this.#sleep();
    }
    const item = this.#items[this.#at];
    this.#at += 1;
    if (this.#at > 1_000) {
      this.#items = this.#items.slice(this.#at);
      this.#at = 0;
      this.#wakeAll();
    }
    return item;
  }

  stop(): void {
    this.#isEnded = true;
    this.#wakeAll();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #wakeAll(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const one of wake) one();
  }
}
