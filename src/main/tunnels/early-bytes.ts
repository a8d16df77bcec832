const maxBytes = 65_536;

/** What a client has said before the first answer, so that it can be said again on another connection. */
export class EarlyBytes {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isComplete = true;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= maxBytes) this.#chunks.push(chunk);
    else {
      this.#isComplete = false;
      this.#chunks = [];
    }
  }

  clear(): void {
    this.#chunks = [];
    this.#isComplete = false;
  }
}
