import { Emitter, type Event } from '../../shared/lifecycle/emitter.ts';

export interface LogLine {
  readonly time: Date;
  readonly text: string;
}

const maxLines = 5_000;
const maxLineChars = 16 * 1024;

/** What a container has written, line by line; the oldest lines go when there are too many. */
export class PodLog {
  readonly #now: () => Date;
  readonly #emitter = new Emitter<LogLine | undefined>();
  #lines: LogLine[] = [];
  #rest = '';
  #isOver = false;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Each new line; undefined once when there will be no more. */
  get onLine(): Event<LogLine | undefined> {
    return this.#emitter.event;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  write(text: string): void {
    const parts = (this.#rest + text).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) this.#add(part);
    this.#rest = rest.length > maxLineChars ? '' : rest;
    if (rest.length > maxLineChars) this.#add(rest);
  }

  end(): void {
    if (this.#rest !== '') this.#add(this.#rest);
    this.#rest = '';
    this.#isOver = true;
    this.#emitter.fire(undefined);
  }

  #add(text: string): void {
    const line = { time: this.#now(), text };
    this.#lines.push(line);
    if (this.#lines.length > maxLines) this.#lines = this.#lines.slice(-Math.floor(maxLines * 0.9));
    this.#emitter.fire(line);
  }
}
