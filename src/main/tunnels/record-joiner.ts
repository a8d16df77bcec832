import type { Duplex } from 'node:stream';

/** TLS hands out at most this much at once: the largest record. */
const fullRecordBytes = 16_384;
const maxHeldBytes = 4 * fullRecordBytes;

/**
 * Writes what TLS hands out, several full records with one system call. A record that is not full is the end of what the
 * far side had to say, so it goes out at once, with what was held before it.
 */
export class RecordJoiner {
  readonly #to: Duplex;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #immediate: NodeJS.Immediate | undefined;

  constructor(to: Duplex) {
    this.#to = to;
  }

  push(chunk: Buffer): void {
    if (this.#heldBytes === 0 && chunk.length < fullRecordBytes) {
      this.#to.write(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (chunk.length < fullRecordBytes || this.#heldBytes >= maxHeldBytes) this.flush();
    else this.#immediate ??= setImmediate(() => this.flush());
  }

  flush(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    if (this.#heldBytes === 0) return;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    if (!this.#to.writable) return;
    this.#to.cork();
    for (const chunk of held) this.#to.write(chunk);
    this.#to.uncork();
  }
}
