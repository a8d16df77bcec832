import type { AppState, StateChange, StateEvent } from '../contract/state.ts';

/** The state after an event. Untouched slices keep their identity, so that views can compare by reference. */
export function applyStateEvent(current: AppState | undefined, event: StateEvent): AppState | undefined {
  if (event.kind === 'snapshot') return event.state;
  return current && applyChanges(current, event.changes);
}

/** Each slice that changes is copied once, however many of its values are replaced. */
export function applyChanges(state: AppState, changes: readonly StateChange[]): AppState {
  const next: { [K in keyof AppState]: AppState[K] } = { ...state };
  const copied = new Set<StateChange['slice']>();
  for (const change of changes) {
    if (!('key' in change)) {
      set(next, change.slice, change.value);
      continue;
    }
    if (!copied.has(change.slice)) {
      copied.add(change.slice);
      set(next, change.slice, { ...next[change.slice] });
    }
    const map = next[change.slice] as Record<string, unknown>;
    if (change.value === null) delete map[change.key];
    else map[change.key] = change.value;
  }
  return next;
}

/** A change carries the value of its own slice, as the schema of changes says. */
function set(state: AppState, slice: StateChange['slice'], value: unknown): void {
  (state as Record<string, unknown>)[slice] = value;
}
