import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How much of the log is kept: `files` files of at most about `bytes` each. */
export interface LogLimits {
  readonly bytes: number;
  readonly files: number;
}

export const logLimits: LogLimits = { bytes: 2 << 20, files: 5 };

/** `main.log`, and the older ones as `main.1.log` and on. A disk that refuses costs lines of the log, nothing else. */
export class LogFile {
  readonly #folder: string;
  readonly #limits: LogLimits;

  constructor(folder: string, limits: LogLimits = logLimits) {
    this.#folder = folder;
    this.#limits = limits;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch {
      // Each line tries again to be written.
    }
  }

  append(line: string): void {
    try {
      const size = statSync(this.#path(0), { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0 && size + line.length + 1 > this.#limits.bytes) this.#rotate();
      appendFileSync(this.#path(0), `${line}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not stop the app.
    }
  }

  /** The newest lines of all files, oldest first. */
  async read(maxLines: number): Promise<string[]> {
    let lines: string[] = [];
    for (let index = 0; index < this.#limits.files && lines.length < maxLines; index += 1) {
      const text = await readFile(this.#path(index), 'utf8').catch(() => '');
      lines = [...text.split('\n').filter(Boolean), ...lines];
    }
    return lines.slice(-maxLines);
  }

  #rotate(): void {
    for (let index = this.#limits.files - 1; index > 0; index -= 1) {
      try {
        renameSync(this.#path(index - 1), this.#path(index));
      } catch {
        // Not that many yet.
      }
    }
  }

  #path(index: number): string {
    return join(this.#folder, index === 0 ? 'main.log' : `main.${index}.log`);
  }
}
