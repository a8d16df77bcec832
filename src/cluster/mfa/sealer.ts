import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../../shared/errors/app-error.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Keeps one-time secrets unreadable in the store: AES-256-GCM under a key that is kept elsewhere. */
export class Sealer {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array = randomBytes(32)) {
    if (key.length !== 32)
      throw new AppError('invalid-input', 'The key of the cluster store is no 32 bytes.');
    this.#key = key;
  }

  seal(secret: Uint8Array): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const body = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64');
  }

  /** Undefined for what another key has sealed, or what was changed. */
  open(sealed: string): Buffer | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
