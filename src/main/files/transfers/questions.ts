import type { ConflictAnswer, TransferConflict } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';

interface Given {
  readonly answer: ConflictAnswer;
  readonly forAll: boolean;
}

export interface QuestionEvents {
  readonly onAsking: (conflict: TransferConflict) => void;
  readonly onAnswered: () => void;
  readonly onForAll: () => void;
}

/** Asks a person about conflicts, one at a time; an answer for all settles those that wait behind it. */
export class Questions {
  readonly #events: QuestionEvents;
  #forAll: ConflictAnswer | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #answer: ((given: Given) => void) | undefined;

  constructor(forAll: ConflictAnswer | undefined, events: QuestionEvents) {
    this.#forAll = forAll;
    this.#events = events;
  }

  get forAll(): ConflictAnswer | undefined {
    return this.#forAll;
  }

  /** Throws `not-found` when nothing is asked. */
  answer(answer: ConflictAnswer, forAll: boolean): void {
    if (!this.#answer) throw new AppError('not-found', 'This transfer asks nothing.');
    this.#answer({ answer, forAll });
  }

  decide(conflict: TransferConflict, signal: AbortSignal | undefined): Promise<ConflictAnswer> {
    const turn = this.#last.then(() => this.#forAll ?? this.#ask(conflict, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #ask(conflict: TransferConflict, signal: AbortSignal | undefined): Promise<ConflictAnswer> {
    if (!signal || signal.aborted) throw stopped();
    const given = await new Promise<Given>((resolve, reject) => {
      this.#answer = resolve;
      signal.addEventListener('abort', () => reject(stopped()), { once: true });
      this.#events.onAsking(conflict);
    }).finally(() => {
      this.#answer = undefined;
    });
    if (given.forAll) {
      this.#forAll = given.answer;
      this.#events.onForAll();
    }
    this.#events.onAnswered();
    return given.answer;
  }
}

function stopped(): AppError {
  return new AppError('cancelled', 'The transfer was stopped.');
}
