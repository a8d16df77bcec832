import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { SecretBox } from '../host/host.ts';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

/** Seals with a key file of mode 0600, where there is no key store of a desktop. Layout: iv, tag, ciphertext. */
export function createFileSecretBox(dataFolder: string): SecretBox {
  const path = join(dataFolder, 'secret.key');
  let key: Buffer | undefined;
  const load = () => {
    key ??= readKey(path);
    return key;
  };
  return {
    seal(text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, load(), iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      try {
        const decipher = createDecipheriv(algorithm, load(), sealed.subarray(0, ivBytes));
        decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
        return Buffer.concat([
          decipher.update(sealed.subarray(ivBytes + tagBytes)),
          decipher.final(),
        ]).toString('utf8');
      } catch (cause) {
        if (cause instanceof AppError) throw cause;
        throw new AppError('store-damaged', 'A stored secret cannot be opened.', {
          reason: 'The file was changed, or the key file was replaced.',
          advice: 'Sign in again.',
          action: 'sign-in',
          cause,
        });
      }
    },
  };
}

function readKey(path: string): Buffer {
  try {
    if (!statSync(path, { throwIfNoEntry: false }))
      writeFileSync(path, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' });
    const key = readFileSync(path);
    const isPrivate = process.platform === 'win32' || (statSync(path).mode & 0o077) === 0;
    if (key.length === keyBytes && isPrivate) return key;
  } catch (cause) {
    throw unavailable(path, cause);
  }
  throw unavailable(path, undefined);
}

function unavailable(path: string, cause: unknown): AppError {
  return new AppError('secrets-unavailable', 'Secrets cannot be sealed on this machine.', {
    reason: `The key file ${path} is missing, damaged, or readable by others.`,
    advice: 'Set its mode to 0600, or remove it and sign in again.',
    cause,
  });
}
