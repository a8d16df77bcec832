import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';

const maxMessageBytes = 8 << 20;

const fields = z.record(z.string(), z.unknown());
const Message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: fields.optional(),
  sessionId: z.string().optional(),
  result: fields.optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Answer = z.infer<typeof Message>;

/** Chromium's debugging protocol over a pair of pipes: JSON messages, each ended by a zero byte. No port is opened. */
export class DebugPipe {
  readonly #writable: Writable;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  readonly #listeners = new Set<(answer: Answer) => void>();
  #next = 1;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isClosed = false;

  constructor(writable: Writable, readable: Readable) {
    this.#writable = writable;
    writable.on('error', () => this.close());
    readable.on('error', () => this.close());
    readable.on('data', (chunk: Buffer) => this.#take(chunk));
    readable.on('close', () => this.close());
  }

  send(
    method: string,
    params: Record<string, unknown> = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    if (this.#isClosed) return Promise.reject(engineGone());
    const id = this.#next++;
    const waiting = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, waiting);
    this.#writable.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    return waiting.promise;
  }

  /** Events of the browser; undo with the returned function. */
  onEvent(
    listener: (method: string, params: Record<string, unknown>, sessionId?: string) => void,
  ): () => void {
    const take = (answer: Answer) => {
      if (answer.method !== undefined) listener(answer.method, answer.params ?? {}, answer.sessionId);
    };
    this.#listeners.add(take);
    return () => this.#listeners.delete(take);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(engineGone());
    this.#waiting.clear();
    this.#writable.destroy();
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, from)) {
      this.#pending.push(chunk.subarray(from, end));
      this.#dispatch(Buffer.concat(this.#pending).toString('utf8'));
      this.#pending = [];
      this.#pendingBytes = 0;
      from = end + 1;
    }
    this.#pending.push(chunk.subarray(from));
    this.#pendingBytes += chunk.length - from;
    if (this.#pendingBytes > maxMessageBytes) this.close();
  }

  #dispatch(text: string): void {
    const answer = parse(text);
    if (!answer) {
      this.close();
      return;
    }
    for (const listener of this.#listeners) listener(answer);
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (!waiting || answer.id === undefined) return;
    this.#waiting.delete(answer.id);
    if (answer.error)
      waiting.reject(
        new AppError('second-factor-unusable', 'The browser engine refused a command.', {
          detail: answer.error.message,
        }),
      );
    else waiting.resolve(answer.result ?? {});
  }
}

function parse(text: string): Answer | undefined {
  try {
    const parsed = Message.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function engineGone(): AppError {
  return new AppError('cancelled', 'The window of the security key was closed.', { action: 'retry' });
}
