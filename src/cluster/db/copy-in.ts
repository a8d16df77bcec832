import { message, type PostgresMessage } from './postgres-messages.ts';

const maxCopyBytes = 256 << 20;
const copyFromClient = /^\s*copy\s[^;]*\sfrom\s+stdin\b/i;
/** CopyInResponse: text, columns unsaid. */
const invitation = message('G', Buffer.from([0, 0, 0]));

type Taken = { readonly kind: 'answer' | 'done'; readonly bytes: Buffer } | { readonly kind: 'pass' };

/**
 * `COPY … FROM STDIN` for an engine that ends itself when data is missing: the client is invited at once, and
 * the statement runs when all of its data is there.
 */
export class CopyIn {
  #pieces: Buffer[] = [];
  #bytes = 0;

  take({ type, body }: PostgresMessage): Taken {
    if (this.#pieces.length === 0) {
      if (type !== 'Q' || !copyFromClient.test(body.toString('latin1', 0, 4096))) return { kind: 'pass' };
      this.#pieces = [message(type, body)];
      return { kind: 'answer', bytes: invitation };
    }
    if (type !== 'd' && type !== 'c' && type !== 'f') return { kind: 'answer', bytes: Buffer.alloc(0) };
    this.#bytes += body.length;
    if (this.#bytes > maxCopyBytes) throw new Error('too much data in one COPY');
    this.#pieces.push(message(type, body));
    if (type === 'd') return { kind: 'answer', bytes: Buffer.alloc(0) };
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    return { kind: 'done', bytes };
  }

  /** The engine's answer without the invitation that the client has had already. */
  static withoutInvitation(answer: Uint8Array): Uint8Array {
    if (answer[0] !== 'G'.charCodeAt(0)) return answer;
    return answer.subarray(1 + Buffer.from(answer).readInt32BE(1));
  }
}
