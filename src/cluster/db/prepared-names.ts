import { message, type PostgresMessage } from './postgres-messages.ts';

/** Gives the prepared statements of one client names of their own, where several clients share one session. */
export class PreparedNames {
  readonly #prefix: string;
  readonly #own = new Set<string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The message as the shared session gets it. */
  translate({ type, body }: PostgresMessage): Buffer {
    return message(type, this.#translateBody(type, body));
  }

  /** Statements that forget what this client prepared. */
  deallocations(): string[] {
    return [...this.#own].map((name) => `DEALLOCATE "${name.replaceAll('"', '""')}"`);
  }

  #translateBody(type: string, body: Buffer): Buffer {
    if (type === 'P') return this.#rename(body, 0, true);
    if (type === 'B') return this.#rename(body, body.indexOf(0) + 1, false);
    const isStatement = body[0] === 'S'.charCodeAt(0);
    if ((type === 'D' || type === 'C') && isStatement) return this.#rename(body, 1, false);
    return body;
  }

  /** Puts the prefix before the name that begins at `at`; the unnamed statement stays unnamed. */
  #rename(body: Buffer, at: number, isNew: boolean): Buffer {
    const end = body.indexOf(0, at);
    if (end <= at) return body;
    const name = this.#prefix + body.toString('utf8', at, end);
    if (isNew) this.#own.add(name);
    return Buffer.concat([body.subarray(0, at), Buffer.from(name), body.subarray(end)]);
  }
}
