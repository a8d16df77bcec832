import type { AppState, StateChange, StateEvent } from '../../shared/contract/state.ts';
import { Emitter } from '../../shared/lifecycle/emitter.ts';
import { applyChanges } from '../../shared/state/apply-change.ts';

/** The one owner of what pages show. Services put changes in; pages get a snapshot, then patches. */
export class StateHub {
  #state: AppState;
  readonly #changed = new Emitter<readonly StateChange[]>();

  constructor(initial: AppState) {
    this.#state = initial;
  }

  get state(): AppState {
    return this.#state;
  }

  /** Fires with what was put. */
  get onChange() {
    return this.#changed.event;
  }

  put(...changes: StateChange[]): void {
    if (changes.length === 0) return;
    this.#state = applyChanges(this.#state, changes);
    this.#changed.fire(changes);
  }

  /** Ends when `signal` aborts. Changes that come while the reader is busy are joined into one patch. */
  async *watch(signal?: AbortSignal): AsyncGenerator<StateEvent, void, void> {
    let pending: StateChange[] = [];
    let wake: (() => void) | undefined;
    const undo = this.#changed.event((changes) => {
      pending.push(...changes);
      wake?.();
    });
    const stop = () => wake?.();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      yield { kind: 'snapshot', state: this.#state };
      while (!signal?.aborted) {
        if (pending.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
          continue;
        }
        const changes = pending;
        pending = [];
        yield { kind: 'patch', changes: latestOnly(changes) };
      }
    } finally {
      undo.dispose();
      signal?.removeEventListener('abort', stop);
    }
  }
}

/** Of several values of one key only the last matters. */
function latestOnly(changes: readonly StateChange[]): StateChange[] {
  const latest = new Map<string, StateChange>();
  for (const change of changes) {
    const key = `${change.slice} ${'key' in change ? change.key : ''}`;
    // The order of keys stays that of their last change.
    latest.delete(key);
    latest.set(key, change);
  }
  return [...latest.values()];
}
