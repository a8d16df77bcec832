const pauseMs = 50;

type Write = (bytes: Uint8Array, onParsed: () => void) => void;

/**
 * Holds output back for a moment while its terminal is out of sight, so that a flood there leaves the page to the terminal in
 * front. Order is kept; nothing is lost; credit comes back as late as the bytes are parsed, which slows the server too.
 */
export class HiddenWrites {
  readonly #write: Write;
  #waiting: { readonly bytes: Uint8Array; readonly onParsed: () => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHidden = false;

  constructor(write: Write) {
    this.#write = write;
  }

  set isHidden(isHidden: boolean) {
    this.#isHidden = isHidden;
    if (!isHidden) this.flush();
  }

  readonly push: Write = (bytes, onParsed) => {
    if (!this.#isHidden) {
      this.#write(bytes, onParsed);
      return;
    }
    this.#waiting.push({ bytes, onParsed });
    this.#timer ??= setTimeout(() => this.flush(), pauseMs);
  };

  dispose(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  /** Writes what waits, at once. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { bytes, onParsed } of waiting) this.#write(bytes, onParsed);
  }
}
