import type { FileProblem } from '../../../shared/contract/files.ts';
import type { ConflictAnswer, TransferInfo, TransferStatus } from '../../../shared/contract/transfers.ts';
import { toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { Logger } from '../../log/log.ts';
import { asWord } from '../../log/log-value.ts';
import { AttemptPause, pageGone } from './attempt-pause.ts';
import { ProgressMeter } from './progress-meter.ts';
import { Questions } from './questions.ts';
import { infoOf } from './transfer-info.ts';
import type { Mark } from './transfer-run.ts';
import type { TransferRecord } from './transfer-store.ts';
import type { RunContext, TransferWork } from './transfer-work.ts';

const maxProblems = 100;
const tellMs = 250;

export interface TransferOptions {
  readonly record: TransferRecord;
  readonly work: TransferWork;
  readonly log: Logger;
  readonly now: () => Date;
  readonly isAgain: boolean;
  readonly onChange: (transfer: Transfer) => void;
  /** Something that must survive has changed. */
  readonly onRecord: () => void;
}

/** One transfer from the queue to its end, with its pauses, questions and attempts. */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #meter = new ProgressMeter();
  readonly #marks: Map<string, Mark>;
  #status: TransferStatus;
  readonly #questions: Questions;
  readonly #attemptPause = new AttemptPause((status) => this.#set(status));
  #problems: FileProblem[] = [];
  #problemCount = 0;
  #isAgain: boolean;
  #endedAt: string | undefined;
  #attempt: { readonly abort: AbortController; why: 'pause' | 'cancel' | 'quit' | undefined } | undefined;
  #lastMarks = 0;

  constructor(options: TransferOptions) {
    const { record } = options;
    this.#options = options;
    this.#marks = new Map(Object.entries(record.marks));
    this.#questions = new Questions(record.onConflict, {
      onAsking: (conflict) => this.#set({ kind: 'asking', conflict }),
      onAnswered: () => this.#set({ kind: 'running' }),
      onForAll: () => options.onRecord(),
    });
    this.#isAgain = options.isAgain;
    this.#status =
      record.state === 'failed'
        ? { kind: 'failed', error: record.error ?? toErrorInfo(undefined) }
        : { kind: record.state === 'paused' ? 'paused' : 'queued' };
  }

  get id(): string {
    return this.#options.record.id;
  }

  /** What it was made of. */
  get origin(): Pick<TransferRecord, 'source' | 'target'> {
    return this.#options.record;
  }

  get status(): TransferStatus {
    return this.#status;
  }

  get isOver(): boolean {
    return ['done', 'cancelled', 'failed'].includes(this.#status.kind);
  }

  get isActive(): boolean {
    return this.#attempt !== undefined;
  }

  get work(): TransferWork {
    return this.#options.work;
  }

  get info(): TransferInfo {
    const standing = {
      status: this.#status,
      progress: this.#meter.read(),
      problems: [...this.#problems],
      problemCount: this.#problemCount,
    };
    return infoOf(this.#options.record, standing, this.#endedAt);
  }

  /** Undefined when nothing of it must survive. */
  get record(): TransferRecord | undefined {
    const { kind } = this.#status;
    if (kind === 'done' || kind === 'cancelled') return undefined;
    const state = kind === 'paused' || kind === 'failed' ? kind : 'going';
    return {
      ...this.#options.record,
      ...(this.#questions.forAll ? { onConflict: this.#questions.forAll } : {}),
      state,
      ...(this.#status.kind === 'failed' ? { error: this.#status.error } : {}),
      marks: Object.fromEntries(this.#marks),
    };
  }

  /** Runs until it is over or paused. */
  async start(): Promise<void> {
    if (this.#attempt || this.#status.kind !== 'queued') return;
    const attempt = { abort: new AbortController(), why: undefined };
    this.#attempt = attempt;
    const timer = setInterval(() => this.#tick(), tellMs);
    try {
      await this.#untilOver(attempt.abort.signal);
      const failure = this.#failureOfAll();
      this.#end(failure ? { kind: 'failed', error: failure } : { kind: 'done' });
    } catch (error) {
      await this.#stopped(error);
    } finally {
      clearInterval(timer);
      this.#attempt = undefined;
      this.#isAgain = true;
      this.#changed();
      this.#options.onRecord();
    }
  }

  pause(): void {
    if (this.#attempt) this.#stop('pause');
    else if (this.#status.kind === 'queued') this.#set({ kind: 'paused' });
    this.#options.onRecord();
  }

  /** Back into the queue: after a pause, a failure, or for what was left out. */
  requeue(): void {
    if (this.#attempt || this.#status.kind === 'cancelled') return;
    if (this.#status.kind === 'queued') return;
    this.#endedAt = undefined;
    this.#set({ kind: 'queued' });
    this.#options.onRecord();
  }

  async cancel(): Promise<void> {
    if (this.#status.kind === 'done' || this.#status.kind === 'cancelled') return;
    if (this.#attempt) {
      this.#stop('cancel');
      return;
    }
    await this.#cleanUp();
    this.#end({ kind: 'cancelled' });
    this.#options.onRecord();
  }

  /** The app ends: half files stay for the next start. */
  quit(): void {
    this.#stop('quit');
  }

  answer(answer: ConflictAnswer, forAll: boolean): void {
    this.#questions.answer(answer, forAll);
  }

  /** What it waited for may be back. */
  wake(): void {
    this.#attemptPause.wake();
  }

  async #untilOver(signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      this.#meter.reset();
      this.#problems = [];
      this.#problemCount = 0;
      try {
        if (this.work.isPageThere === false) throw pageGone();
        this.#set({ kind: 'running' });
        const before = this.#meter.filesDone;
        await this.work.run(this.#context(), signal);
        failures = this.#meter.filesDone > before ? 0 : failures;
        return;
      } catch (error) {
        this.#isAgain = true;
        if (signal.aborted) throw error;
        this.#options.log.error('transfer-broke', error, { transfer: asWord(this.id) });
        this.#options.onRecord();
        const isPageGone = this.work.isPageThere === false;
        await this.#attemptPause.after({ error, failures, isPageGone }, signal);
      }
    }
  }

  #context(): RunContext {
    return {
      isAgain: this.#isAgain,
      meter: this.#meter,
      marks: this.#marks,
      decide: (conflict) => this.#questions.decide(conflict, this.#attempt?.abort.signal),
      onProblem: (problem) => {
        this.#problemCount += 1;
        if (this.#problems.length < maxProblems) this.#problems.push(problem);
      },
      onChecking: () => this.#set({ kind: 'checking' }),
    };
  }

  /** A transfer of which nothing arrived has failed, whatever else is told. */
  #failureOfAll() {
    const [first] = this.#problems;
    return this.#meter.filesDone === 0 && this.#meter.read().foldersTotal === 0 ? first?.error : undefined;
  }

  async #stopped(error: unknown): Promise<void> {
    const why = this.#attempt?.why;
    if (why === 'quit') return;
    if (why === 'pause') {
      this.#set({ kind: 'paused' });
      return;
    }
    if (why === 'cancel') {
      await this.#cleanUp();
      this.#end({ kind: 'cancelled' });
      return;
    }
    this.#end({ kind: 'failed', error: toErrorInfo(error) });
  }

  async #cleanUp(): Promise<void> {
    try {
      await this.work.cleanUp(this.#marks);
    } catch (error) {
      this.#options.log.error('transfer-clean-up', error, { transfer: asWord(this.id) });
    }
    this.#marks.clear();
  }

  #stop(why: 'pause' | 'cancel' | 'quit'): void {
    if (!this.#attempt) return;
    this.#attempt.why ??= why;
    this.#attempt.abort.abort();
  }

  #tick(): void {
    this.#changed();
    const sum = [...this.#marks.values()].reduce((total, mark) => total + mark.at, 0);
    if (sum === this.#lastMarks) return;
    this.#lastMarks = sum;
    this.#options.onRecord();
  }

  #end(status: TransferStatus): void {
    this.#endedAt = this.#options.now().toISOString();
    this.#set(status);
  }

  #set(status: TransferStatus): void {
    this.#status = status;
    this.#changed();
  }

  #changed(): void {
    this.#options.onChange(this);
  }
}
