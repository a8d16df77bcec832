import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { SecretBox } from '../host/host.ts';
import { type AccountIdentity, parseIdentity, serializeIdentity } from '../protocol/codec/identity.ts';

/** Sealed files with keys and certificates, one per account, mode 0600. File names tell nothing. */
export class IdentityVault {
  readonly #folder: string;
  readonly #secrets: SecretBox;

  constructor(dataFolder: string, secrets: SecretBox) {
    this.#folder = join(dataFolder, 'identities');
    this.#secrets = secrets;
  }

  save(uri: AccountUri, identity: AccountIdentity): void {
    const path = this.#path(uri);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, this.#secrets.seal(serializeIdentity(identity)), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError('store-unwritable', 'The sign-in could not be saved.', {
        reason: 'The data folder cannot be written.',
        advice: 'Check the disk and the permissions of the folder.',
        cause,
      });
    }
  }

  /** Undefined when nothing is stored; throws `store-damaged` when it cannot be opened. */
  load(uri: AccountUri): AccountIdentity | undefined {
    let sealed: Buffer;
    try {
      sealed = readFileSync(this.#path(uri));
    } catch {
      return undefined;
    }
    return parseIdentity(this.#secrets.open(sealed));
  }

  delete(uri: AccountUri): void {
    rmSync(this.#path(uri), { force: true });
  }

  #path(uri: AccountUri): string {
    return join(this.#folder, `${createHash('sha256').update(uri).digest('hex')}.sealed`);
  }
}
