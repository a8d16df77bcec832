import type { ServerLink } from '../server-link.ts';
import type { Sink, Source } from './ends.ts';
import type { TargetLocks } from './locks.ts';
import type { RunContext, TransferWork } from './transfer-work.ts';
import { TransferRun } from './transfer-run.ts';
import type { TransferRecord } from './transfer-store.ts';

/** Copies between a server and something whose files can be read or written by their place. */
export class CopyWork implements TransferWork {
  readonly #record: TransferRecord;
  readonly #link: ServerLink;
  readonly #locks: TargetLocks;
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #onFile: () => void;
  readonly #folders = new Set<string>(['']);

  constructor(options: {
    readonly record: TransferRecord;
    readonly link: ServerLink;
    readonly locks: TargetLocks;
    readonly source: Source;
    readonly sink: Sink;
    readonly onFile: () => void;
  }) {
    this.#record = options.record;
    this.#link = options.link;
    this.#locks = options.locks;
    this.#source = options.source;
    this.#sink = options.sink;
    this.#onFile = options.onFile;
  }

  async run(context: RunContext, signal: AbortSignal): Promise<void> {
    this.#link.hold();
    try {
      await new TransferRun({
        ...context,
        prefix: this.#prefix,
        source: this.#source,
        sink: this.#sink,
        checkHashes: this.#record.checkHashes,
        locks: this.#locks,
        onFile: this.#onFile,
      }).run(signal);
    } finally {
      this.#link.release();
    }
  }

  /** Walks the source for the folders in which half files may be. */
  async cleanUp(): Promise<void> {
    this.#link.hold();
    try {
      for await (const item of this.#source.items(new AbortController().signal))
        if (item.kind === 'folder') this.#folders.add(JSON.stringify(item.parts));
    } finally {
      try {
        for (const folder of this.#folders)
          await this.#sink.cleanUp(folder === '' ? [] : (JSON.parse(folder) as string[]), this.#prefix);
      } finally {
        this.#link.release();
      }
    }
  }

  get #prefix(): string {
    return `.porthole-${this.#record.id.slice(0, 8)}-`;
  }
}
