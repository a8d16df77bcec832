import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAppError } from '../../shared/errors/app-error.ts';

/** The part of the host that is needed: its folder, and the box that seals for the disk. */
export interface DemoStoreHost {
  readonly dataFolder: string;
  readonly secrets: { seal(text: string): Buffer; open(sealed: Buffer): string };
}

/** What the process of the embedded cluster gets to keep its data; `key` is base64 of 32 bytes. */
export interface DemoStore {
  readonly folder: string;
  readonly key: string;
}

/**
 * The demo's folder and the secret of this installation, from which the passwords and one-time secrets of its users
 * are made. Only its sealed form is on the disk. Undefined when nothing can be sealed: then the demo keeps nothing.
 */
export function openDemoStore(host: DemoStoreHost): DemoStore | undefined {
  const folder = join(host.dataFolder, 'demo');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'secret.sealed');
  try {
    return { folder, key: readSecret(host, path) ?? makeSecret(host, path) };
  } catch (error) {
    if (isAppError(error, 'secrets-unavailable')) return undefined;
    throw error;
  }
}

function readSecret(host: DemoStoreHost, path: string): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  try {
    const key = host.secrets.open(readFileSync(path));
    return Buffer.from(key, 'base64').length === 32 ? key : undefined;
  } catch (error) {
    // Sealed by a key that is gone. What it protected can only be made anew.
    if (isAppError(error, 'store-damaged')) return undefined;
    throw error;
  }
}

function makeSecret(host: DemoStoreHost, path: string): string {
  const key = randomBytes(32).toString('base64');
  const draft = `${path}.new`;
  writeFileSync(draft, host.secrets.seal(key), { mode: 0o600, flush: true });
  renameSync(draft, path);
  return key;
}
