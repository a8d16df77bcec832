import { isObject, type Json, type JsonObject, type KubeObject } from './objects.ts';
import { strategicMerge } from './patches.ts';
import { KubeError } from './status.ts';

/** What each manager has last applied to each object, by the object's uid (Kubernetes "server-side apply"). */
export class AppliedConfigurations {
  readonly #byUid = new Map<string, Map<string, JsonObject>>();

  /**
   * The object after a manager applied its configuration: what it said before and no longer says is gone.
   * Throws `Conflict` when another manager has applied another value and `force` is not set.
   */
  merge(before: KubeObject | undefined, applied: JsonObject, manager: string, force: boolean): JsonObject {
    const managers = before
      ? (this.#byUid.get(before.metadata.uid) ?? new Map<string, JsonObject>())
      : undefined;
    if (!force) {
      for (const [other, theirs] of managers ?? []) {
        const path = other === manager ? undefined : conflictOf(applied, theirs, before, []);
        if (path) throw conflict(other, path);
      }
    }
    const last = managers?.get(manager);
    const kept = before && last ? (withoutGone(before, last, applied) as JsonObject) : before;
    return strategicMerge(kept, applied) as JsonObject;
  }

  remember(uid: string, manager: string, applied: JsonObject): void {
    const managers = this.#byUid.get(uid) ?? new Map<string, JsonObject>();
    managers.set(manager, applied);
    this.#byUid.set(uid, managers);
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }
}

/** The first field that both configurations set, to different values, and that still has the other's value. */
function conflictOf(
  ours: JsonObject,
  theirs: JsonObject,
  now: Json | undefined,
  path: readonly string[],
): string | undefined {
  for (const [name, value] of Object.entries(ours)) {
    const other = theirs[name];
    const current = isObject(now) ? now[name] : undefined;
    if (other === undefined || value === undefined) continue;
    if (isObject(value) && isObject(other)) {
      const deeper = conflictOf(value, other, current, [...path, name]);
      if (deeper) return deeper;
    } else if (
      JSON.stringify(value) !== JSON.stringify(other) &&
      JSON.stringify(current) === JSON.stringify(other)
    )
      return ['', ...path, name].join('.');
  }
  return undefined;
}

function withoutGone(
  value: Json | undefined,
  last: Json | undefined,
  next: Json | undefined,
): Json | undefined {
  if (!isObject(value) || !isObject(last)) return value;
  const result = new Map(Object.entries(value));
  for (const [name, old] of Object.entries(last)) {
    const now = isObject(next) ? next[name] : undefined;
    if (now === undefined) result.delete(name);
    else if (isObject(old)) result.set(name, withoutGone(result.get(name), old, now));
    else if (Array.isArray(old) && Array.isArray(now))
      result.set(name, withoutGoneItems(result.get(name), old, now));
  }
  return Object.fromEntries(result);
}

/** Elements with a name that were applied before and no longer are. */
function withoutGoneItems(
  value: Json | undefined,
  last: readonly Json[],
  next: readonly Json[],
): Json | undefined {
  if (!Array.isArray(value)) return value;
  const nameOf = (item: Json) => (isObject(item) ? item['name'] : undefined);
  const isGone = (item: Json) =>
    nameOf(item) !== undefined &&
    last.some((old) => nameOf(old) === nameOf(item)) &&
    !next.some((other) => nameOf(other) === nameOf(item));
  return (value as readonly Json[]).filter((item) => !isGone(item));
}

function conflict(manager: string, field: string): KubeError {
  return new KubeError('Conflict', `Apply failed with 1 conflict: conflict with "${manager}": ${field}`, {
    causes: [{ reason: 'FieldManagerConflict', message: `conflict with "${manager}"`, field }],
  });
}
