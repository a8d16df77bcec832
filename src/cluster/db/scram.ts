import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** The client's side of SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). */
export class ScramClient {
  readonly #password: string;
  readonly #nonce = randomBytes(18).toString('base64');
  #serverSignature: Buffer = Buffer.alloc(0);

  constructor(password: string) {
    this.#password = password.normalize('NFKC');
  }

  /** The user is known from elsewhere, so its name stays empty. */
  first(): string {
    return `n,,${this.#bare()}`;
  }

  /** Undefined when the server's message is malformed or not an answer to ours. */
  final(serverFirst: string): string | undefined {
    const fields = fieldsOf(serverFirst);
    const nonce = fields.get('r') ?? '';
    const salt = Buffer.from(fields.get('s') ?? '', 'base64');
    const rounds = Number(fields.get('i'));
    const isSane = Number.isInteger(rounds) && rounds >= 1 && rounds <= 1_000_000;
    if (!isSane || salt.length === 0 || !nonce.startsWith(this.#nonce)) return undefined;
    const salted = pbkdf2Sync(this.#password, salt, rounds, 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=biws,r=${nonce}`;
    const signed = `${this.#bare()},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
    const proof = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), signed);
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
  }

  /** Whether the server has shown that it knows the password too. */
  accepts(serverFinal: string): boolean {
    const shown = Buffer.from(fieldsOf(serverFinal).get('v') ?? '', 'base64');
    return shown.length === this.#serverSignature.length && timingSafeEqual(shown, this.#serverSignature);
  }

  #bare(): string {
    return `n=,r=${this.#nonce}`;
  }
}

function fieldsOf(text: string): Map<string, string> {
  return new Map(text.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
