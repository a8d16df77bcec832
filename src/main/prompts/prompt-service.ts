import { randomUUID } from 'node:crypto';
import type { PromptId } from '../../shared/contract/ids.ts';
import type { PromptInfo } from '../../shared/contract/prompts.ts';
import { AppError, isAppError, toErrorInfo } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { StateHub } from '../state/state-hub.ts';

/** An answer that a person gives to a second-factor prompt. */
export type PromptAnswer =
  | { readonly kind: 'one-time-code'; readonly code: string }
  | { readonly kind: 'security-key' };

export interface SecondFactorRequest<T> {
  readonly accountUri: AccountUri;
  /** What waits for it, as a sentence. */
  readonly reason: string;
  readonly oneTimeCode: boolean;
  readonly securityKey: boolean;
  /** Tries an answer. `code-wrong` is shown and leaves the prompt open; other failures end it. */
  readonly attempt: (answer: PromptAnswer, signal: AbortSignal) => Promise<T>;
  /** Nobody needs the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

interface Open {
  readonly info: PromptInfo;
  readonly answer: (answer: PromptAnswer) => Promise<void>;
  readonly cancel: (error: AppError) => void;
}

interface WaitingSignIn {
  readonly promise: Promise<void>;
  readonly done: () => void;
  readonly cancel: (error: AppError) => void;
  waiters: number;
}

/** What the main process asks of a person. Whoever asks waits for the answer; nothing is asked twice at once. */
export class PromptService {
  readonly #hub: StateHub;
  readonly #now: () => Date;
  readonly #open = new Map<PromptId, Open>();
  readonly #signIns = new Map<AccountUri, WaitingSignIn>();

  constructor(options: { hub: StateHub; now: () => Date }) {
    this.#hub = options.hub;
    this.#now = options.now;
  }

  /**
   * Settles when the account signs in (`settleSignIn`). All that wait for one account share a prompt, which goes away
   * with the last of them.
   */
  askSignIn(accountUri: AccountUri, reason: string, signal?: AbortSignal): Promise<void> {
    const waiting = this.#signIns.get(accountUri) ?? this.#openSignIn(accountUri, reason);
    waiting.waiters += 1;
    const leave = () => {
      waiting.waiters -= 1;
      if (waiting.waiters === 0) waiting.cancel(nobodyWaits());
    };
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
    return waiting.promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  #openSignIn(accountUri: AccountUri, reason: string): WaitingSignIn {
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const close = () => {
      this.#signIns.delete(accountUri);
      this.#remove(id);
    };
    const done = () => {
      close();
      resolve();
    };
    const cancel = (error: AppError) => {
      close();
      reject(error);
    };
    const waiting = { promise, done, cancel, waiters: 0 };
    this.#signIns.set(accountUri, waiting);
    this.#put({
      info: { kind: 'sign-in', id, accountUri, reason: cut(reason), askedAt: this.#now().toISOString() },
      answer: async () => {
        throw new AppError('invalid-input', 'This asks for a sign-in, not for a second factor.');
      },
      cancel,
    });
    return waiting;
  }

  settleSignIn(accountUri: AccountUri): void {
    this.#signIns.get(accountUri)?.done();
  }

  /** Settles with what `attempt` gave for an answer that was taken. */
  askSecondFactor<T>(request: SecondFactorRequest<T>): Promise<T> {
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const gone = new AbortController();
    const info: Extract<PromptInfo, { kind: 'second-factor' }> = {
      kind: 'second-factor',
      id,
      accountUri: request.accountUri,
      reason: cut(request.reason),
      askedAt: this.#now().toISOString(),
      oneTimeCode: request.oneTimeCode,
      securityKey: request.securityKey,
      isBusy: false,
    };
    const fail = (error: unknown) => {
      gone.abort();
      this.#remove(id);
      reject(error);
    };
    const answer = async (given: PromptAnswer) => {
      if (given.kind === 'one-time-code' ? !request.oneTimeCode : !request.securityKey)
        throw new AppError('invalid-input', 'This kind of second factor is not taken here.');
      const show = (shown: typeof info) => {
        if (this.#open.has(id)) this.#put({ info: shown, answer, cancel: fail });
      };
      if (busy) throw new AppError('invalid-input', 'An answer is being checked.');
      busy = true;
      show({ ...info, isBusy: true });
      try {
        const value = await request.attempt(given, gone.signal);
        this.#remove(id);
        resolve(value);
      } catch (error) {
        if (!isAppError(error, 'code-wrong') || gone.signal.aborted) {
          fail(error);
          return;
        }
        show({ ...info, problem: toErrorInfo(error) });
      } finally {
        busy = false;
      }
    };
    let busy = false;
    this.#put({ info, answer, cancel: fail });
    const { signal } = request;
    const leave = () => fail(nobodyWaits());
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
    return promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  async answerWithCode(id: PromptId, oneTimeCode: string): Promise<void> {
    await this.#get(id).answer({ kind: 'one-time-code', code: oneTimeCode.replaceAll(/\s/g, '') });
  }

  async answerWithSecurityKey(id: PromptId): Promise<void> {
    await this.#get(id).answer({ kind: 'security-key' });
  }

  cancel(id: PromptId): void {
    this.#get(id).cancel(
      new AppError('cancelled', 'The question was closed without an answer.', {
        advice: 'Try again, and answer it.',
        action: 'retry',
      }),
    );
  }

  /** An account that signed out needs no answers any more. */
  cancelAll(accountUri: AccountUri): void {
    for (const { info, cancel } of this.#open.values()) {
      if (info.accountUri === accountUri) cancel(new AppError('signed-out', 'You signed out.'));
    }
  }

  dispose(): void {
    for (const { cancel } of this.#open.values()) cancel(new AppError('cancelled', 'Porthole is closing.'));
  }

  #get(id: PromptId): Open {
    const open = this.#open.get(id);
    if (open) return open;
    throw new AppError('not-found', 'This is not asked any more.');
  }

  #put(open: Open): void {
    this.#open.set(open.info.id, open);
    this.#hub.put({ slice: 'prompts', key: open.info.id, value: open.info });
  }

  #remove(id: PromptId): void {
    if (this.#open.delete(id)) this.#hub.put({ slice: 'prompts', key: id, value: null });
  }
}

function nobodyWaits(): AppError {
  return new AppError('cancelled', 'What asked for this was closed.');
}

function cut(text: string): string {
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}
