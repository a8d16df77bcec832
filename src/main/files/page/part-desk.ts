import type { Readable } from 'node:stream';
import type { PagePart } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';

const patienceMs = 60_000;

interface Asked {
  readonly length: number;
  readonly settle: (bytes: Buffer) => void;
  readonly fail: (error: AppError) => void;
}

/** Where the parts that were asked of a page arrive. */
export class PartDesk {
  readonly #asked = new Map<string, Asked>();
  #send: ((part: PagePart) => void) | undefined;
  #backlog: PagePart[] = [];

  get isServed(): boolean {
    return this.#send !== undefined;
  }

  /** What is wanted, until the page or the transfer goes; a newer server takes over. */
  async *serve(signal: AbortSignal | undefined): AsyncGenerator<PagePart, void, void> {
    let waiting: PagePart[] = this.#backlog;
    this.#backlog = [];
    let wake: (() => void) | undefined;
    const send = (part: PagePart) => {
      waiting.push(part);
      wake?.();
    };
    this.#send = send;
    const stop = () => wake?.();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      while (!signal?.aborted && this.#send === send) {
        const ready = waiting;
        waiting = [];
        yield* ready;
        if (waiting.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      if (this.#send === send) this.leave();
    }
  }

  /** The page is gone: what was asked of it fails. */
  leave(): void {
    this.#send = undefined;
    for (const asked of this.#asked.values()) asked.fail(gone());
  }

  ask(part: Omit<PagePart, 'url'>, signal: AbortSignal): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      const clear = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#asked.delete(part.partId);
      };
      const fail = (error: AppError) => {
        clear();
        reject(error);
      };
      const abort = () => fail(new AppError('cancelled', 'The transfer was stopped.'));
      const timer = setTimeout(() => fail(gone()), patienceMs);
      if (!this.#send) {
        fail(gone());
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      const settle = (bytes: Buffer) => {
        clear();
        resolve(bytes);
      };
      this.#asked.set(part.partId, { length: part.length, settle, fail });
      this.#send({ ...part, url: `/files/parts/${part.partId}` });
    });
  }

  knows(partId: string): boolean {
    return this.#asked.has(partId);
  }

  /** The bytes of a part, as they come; longer or shorter ones are refused. */
  async take(partId: string, body: Readable): Promise<void> {
    const asked = this.#asked.get(partId);
    if (!asked) throw new AppError('not-found', 'Nobody asked for this part.');
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > asked.length) break;
      chunks.push(chunk);
    }
    if (size === asked.length) asked.settle(Buffer.concat(chunks));
    else asked.fail(changed(`${size} bytes came instead of ${asked.length}`));
  }

  refuse(partId: string, reason: string): void {
    this.#asked.get(partId)?.fail(changed(reason));
  }
}

function gone(): AppError {
  return new AppError('connection-lost', 'The page that has the files is gone.', {
    advice: 'Choose the files again.',
  });
}

function changed(detail: string): AppError {
  return new AppError('file-changed', 'The browser cannot read the file any more.', {
    reason: 'It was changed, moved or removed after it was chosen.',
    advice: 'Choose it again.',
    detail,
  });
}
