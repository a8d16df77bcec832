import { fromNothing, outputWindowBytes } from '../../shared/wire/byte-frames.ts';
import { CreditWindow } from '../../shared/wire/credit.ts';
import type { ReplayBuffer } from './replay-buffer.ts';

const maxChunkBytes = 128 * 1024;

export interface AttachmentSink {
  start(offset: number, reset: boolean): void;
  /** The bytes are valid until this returns. */
  data(bytes: Uint8Array): void;
}

/** Credit must come back to this part of the window before a stopped page gets more: few large frames, not many small. */
const resumeBelow = outputWindowBytes / 2;

/** One page that looks at a shell: sends what it has not seen, as far as its credit goes. */
export class ShellAttachment {
  readonly #buffer: ReplayBuffer;
  readonly #sink: AttachmentSink;
  readonly #credit = new CreditWindow(outputWindowBytes);
  #position: number;
  #isStopped = false;

  /** `from` = offset up to which the page has everything, or `fromNothing`. */
  constructor(buffer: ReplayBuffer, sink: AttachmentSink, from: number) {
    this.#buffer = buffer;
    this.#sink = sink;
    const known = from !== fromNothing && from >= buffer.start && from <= buffer.end;
    this.#position = known ? from : buffer.start;
    this.#begin(!known);
    this.pump();
  }

  /** Bytes that wait for credit. */
  get lag(): number {
    return this.#buffer.end - this.#position;
  }

  pump(): void {
    if (this.#position < this.#buffer.start) {
      this.#position = this.#buffer.start;
      this.#begin(true);
    }
    if (this.#isStopped && this.#credit.outstanding > resumeBelow) return;
    this.#isStopped = false;
    while (this.#position < this.#buffer.end && !this.#credit.isExhausted) {
      const bytes = this.#buffer.read(this.#position, maxChunkBytes);
      if (bytes.length === 0) return;
      this.#position += bytes.length;
      this.#credit.spend(bytes.length);
      this.#sink.data(bytes);
    }
    this.#isStopped = this.#credit.isExhausted;
  }

  /** Throws `invalid-input` when more is returned than was sent. */
  refund(count: number): void {
    this.#credit.refund(count);
    this.pump();
  }

  #begin(reset: boolean): void {
    const preamble = reset ? this.#buffer.preamble() : new Uint8Array(0);
    this.#sink.start(this.#position - preamble.length, reset);
    if (preamble.length === 0) return;
    this.#credit.spend(preamble.length);
    this.#sink.data(preamble);
  }
}
