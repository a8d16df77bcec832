import type { FileProblem } from '../../../shared/contract/files.ts';
import type { ConflictAnswer, TransferConflict } from '../../../shared/contract/transfers.ts';
import type { ProgressMeter } from './progress-meter.ts';
import type { Mark } from './transfer-run.ts';

/** What a transfer asks of the one that does the work. */
export interface RunContext {
  readonly isAgain: boolean;
  readonly meter: ProgressMeter;
  readonly marks: Map<string, Mark>;
  readonly decide: (conflict: TransferConflict) => Promise<ConflictAnswer>;
  readonly onProblem: (problem: FileProblem) => void;
  readonly onChecking: () => void;
}

/** The work of one transfer. */
export interface TransferWork {
  run(context: RunContext, signal: AbortSignal): Promise<void>;
  /** Removes what half files are left; `prefix`-named ones, wherever they may be. */
  cleanUp(marks: ReadonlyMap<string, Mark>): Promise<void>;
  /** Whether the page that has the files is there; absent = no page is needed. */
  readonly isPageThere?: boolean;
}
