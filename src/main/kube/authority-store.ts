import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { SecretBox } from '../host/host.ts';
import type { Logger } from '../log/log.ts';
import { isFresh, LocalAuthority, makeLocalAuthority } from './local-authority.ts';

/**
 * The authority of the last start, from its sealed file, so that kubeconfigs written then stay valid; else a new one. Throws
 * `secrets-unavailable` while the system's key store is locked, and `store-unwritable`.
 */
export async function loadLocalAuthority(options: {
  readonly path: string;
  readonly secrets: SecretBox;
  readonly log: Logger;
  readonly now: Date;
}): Promise<LocalAuthority> {
  const { path, secrets, log, now } = options;
  const known = read(path, secrets, log);
  if (known && isFresh(known, now)) return known;
  const made = await makeLocalAuthority(now);
  const sealed = secrets.seal(JSON.stringify(made));
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, sealed, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new AppError('store-unwritable', 'The keys for kubectl could not be saved.', {
      reason: `The file ${path} cannot be written.`,
      advice: 'Check the disk and the permissions of the folder.',
      action: 'retry',
      cause,
    });
  }
  return made;
}

function read(path: string, secrets: SecretBox, log: Logger): LocalAuthority | undefined {
  let sealed: Buffer;
  try {
    sealed = readFileSync(path);
  } catch {
    return undefined;
  }
  try {
    return LocalAuthority.parse(JSON.parse(secrets.open(sealed)));
  } catch (error) {
    if (isAppError(error, 'secrets-unavailable')) throw error;
    // A new one is made; kubeconfigs are written again with it.
    log.error('kube-authority-damaged', error);
    return undefined;
  }
}
