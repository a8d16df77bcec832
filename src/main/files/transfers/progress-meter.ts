import type { TransferProgress } from '../../../shared/contract/transfers.ts';

const rateMs = 5_000;

/** Counts what a transfer has done, and how fast it is. */
export class ProgressMeter {
  #bytesDone = 0;
  #bytesTotal = 0;
  #filesDone = 0;
  #filesSkipped = 0;
  #filesTotal = 0;
  #foldersTotal = 0;
  #isCounted = false;
  #current: string | undefined;
  #samples: { readonly at: number; readonly bytes: number }[] = [];
  #moved = 0;

  /** Before each attempt: everything is walked again. */
  reset(): void {
    this.#bytesDone = this.#bytesTotal = 0;
    this.#filesDone = this.#filesSkipped = this.#filesTotal = this.#foldersTotal = 0;
    this.#isCounted = false;
    this.#samples = [];
  }

  found(kind: 'file' | 'folder', bytes: number): void {
    if (kind === 'folder') this.#foldersTotal += 1;
    else this.#filesTotal += 1;
    this.#bytesTotal += bytes;
  }

  counted(): void {
    this.#isCounted = true;
  }

  began(name: string): void {
    this.#current = name.slice(-4_000);
  }

  /** Bytes that went over the line. */
  moved(bytes: number): void {
    this.#bytesDone += bytes;
    this.#moved += bytes;
  }

  /** Bytes that were there already, or (negative) that do not count after all. */
  adjusted(bytes: number): void {
    this.#bytesDone = Math.max(0, this.#bytesDone + bytes);
  }

  finished(how: 'done' | 'skipped'): void {
    if (how === 'done') this.#filesDone += 1;
    else this.#filesSkipped += 1;
  }

  get filesDone(): number {
    return this.#filesDone;
  }

  /** To be asked at most a few times a second. */
  read(): TransferProgress {
    const now = performance.now();
    this.#samples.push({ at: now, bytes: this.#moved });
    while ((this.#samples[0]?.at ?? now) < now - rateMs) this.#samples.shift();
    const first = this.#samples[0];
    const passed = first ? now - first.at : 0;
    const rate = first && passed > 200 ? ((this.#moved - first.bytes) * 1_000) / passed : 0;
    const left = Math.max(0, this.#bytesTotal - this.#bytesDone);
    return {
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
      filesDone: this.#filesDone,
      filesSkipped: this.#filesSkipped,
      filesTotal: this.#filesTotal,
      foldersTotal: this.#foldersTotal,
      isCounted: this.#isCounted,
      rate: Math.round(rate),
      ...(this.#isCounted && rate > 0 ? { secondsLeft: Math.ceil(left / rate) } : {}),
      ...(this.#current === undefined ? {} : { current: this.#current }),
    };
  }
}
