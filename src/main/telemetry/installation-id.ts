import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The random name of this installation, in a file of its own (telemetry.md 2.4). Made with the consent, never before. */
export class InstallationId {
  readonly #path: string;
  #id: string | undefined;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'installation_id');
  }

  /** Undefined when none was made, or when the file holds something else. */
  read(): string | undefined {
    if (this.#id) return this.#id;
    try {
      const text = readFileSync(this.#path, 'utf8');
      if (uuidV4.test(text)) this.#id = text;
    } catch {
      // None yet.
    }
    return this.#id;
  }

  /** A disk that cannot be written leaves the id in memory: this run still has one. */
  readOrMake(): string {
    return this.read() ?? this.reset();
  }

  reset(): string {
    this.#id = randomUUID();
    try {
      writeFileSync(this.#path, this.#id, { mode: 0o600 });
    } catch {
      // The next start makes another one.
    }
    return this.#id;
  }

  forget(): void {
    this.#id = undefined;
    rmSync(this.#path, { force: true });
  }
}
