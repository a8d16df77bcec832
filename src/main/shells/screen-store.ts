import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShellId } from '../../shared/contract/ids.ts';
import type { SecretBox } from '../host/host.ts';

const ending = '.sealed';

/** Screens of shells between two runs: one sealed file each, because a screen may show secrets. */
export class ScreenStore {
  readonly #folder: string;
  readonly #secrets: SecretBox;

  constructor(dataFolder: string, secrets: SecretBox) {
    this.#folder = join(dataFolder, 'screens');
    this.#secrets = secrets;
  }

  /** Throws what the disk or the key store says; the old file stays then. */
  save(id: ShellId, screen: Uint8Array): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(id);
    writeFileSync(`${path}.new`, this.#secrets.seal(Buffer.from(screen).toString('base64')), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** Empty when there is none, or none that can be opened. */
  load(id: ShellId): Uint8Array {
    try {
      return Buffer.from(this.#secrets.open(readFileSync(this.#path(id))), 'base64');
    } catch {
      return new Uint8Array(0);
    }
  }

  /** Deletes all other screens. */
  keepOnly(ids: ReadonlySet<ShellId>): void {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return;
    }
    for (const name of names)
      if (!name.endsWith(ending) || !ids.has(name.slice(0, -ending.length)))
        rmSync(join(this.#folder, name), { force: true });
  }

  #path(id: ShellId): string {
    return join(this.#folder, `${id}${ending}`);
  }
}
