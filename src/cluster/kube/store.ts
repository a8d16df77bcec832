import { randomUUID } from 'node:crypto';
import { Emitter, type Event } from '../../shared/lifecycle/emitter.ts';
import { isObject, type KubeObject, type ObjectMeta } from './objects.ts';
import type { ResourceKind } from './kinds.ts';
import { KubeError, notFound } from './status.ts';

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly plural: string;
  readonly version: number;
  readonly object: KubeObject;
  /** What the object was before. */
  readonly before: KubeObject | undefined;
}

/** An object that has no server-given fields yet. */
export type Draft = Omit<KubeObject, 'metadata'> & {
  readonly metadata: Partial<ObjectMeta> & { readonly name: string };
};

const keptEvents = 2_000;
const maxObjects = 20_000;

/** All objects of one Kubernetes cluster, in memory, with a history for watches that begin in the past. */
export class ObjectStore {
  readonly #objects = new Map<string, KubeObject>();
  readonly #events: StoreEvent[] = [];
  readonly #emitter = new Emitter<StoreEvent>();
  readonly #now: () => Date;
  #version = 1;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get version(): number {
    return this.#version;
  }

  get onEvent(): Event<StoreEvent> {
    return this.#emitter.event;
  }

  /** Events after a version, oldest first. Throws `Expired` when some of them are forgotten. */
  eventsSince(version: number): readonly StoreEvent[] {
    const oldest = this.#events[0]?.version ?? this.#version + 1;
    if (version < oldest - 1 && this.#events.length === keptEvents)
      throw new KubeError('Expired', `too old resource version: ${version} (${oldest})`);
    return this.#events.filter((event) => event.version > version);
  }

  list(kind: ResourceKind, namespace?: string): KubeObject[] {
    const prefix = `${kind.plural}/${namespace === undefined ? '' : `${namespace}/`}`;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  find(kind: ResourceKind, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(kind, namespace, name));
  }

  get(kind: ResourceKind, namespace: string, name: string): KubeObject {
    const object = this.find(kind, namespace, name);
    if (!object) throw notFound(kind.plural, name);
    return object;
  }

  create(kind: ResourceKind, draft: Draft): KubeObject {
    const { name, namespace = '' } = draft.metadata;
    const key = keyOf(kind, namespace, name);
    if (this.#objects.has(key))
      throw new KubeError('AlreadyExists', `${kind.plural} "${name}" already exists`, {
        name,
        kind: kind.plural,
      });
    if (this.#objects.size >= maxObjects)
      throw new KubeError('Forbidden', `the embedded cluster holds at most ${maxObjects} objects`);
    const object = {
      ...draft,
      metadata: {
        ...draft.metadata,
        uid: randomUUID(),
        creationTimestamp: this.#now()
          .toISOString()
          .replace(/\.\d+Z$/, 'Z'),
      },
    };
    return this.#put(kind, 'ADDED', object);
  }

  /** Replaces an object; what the server has given it stays. A `resourceVersion` that is not the newest is a conflict. */
  update(kind: ResourceKind, draft: Draft): KubeObject {
    const { name, namespace = '', resourceVersion } = draft.metadata;
    const before = this.get(kind, namespace, name);
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
      throw new KubeError(
        'Conflict',
        `Operation cannot be fulfilled on ${kind.plural} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
        { name, kind: kind.plural },
      );
    const { uid, creationTimestamp } = before.metadata;
    const object = {
      ...draft,
      metadata: {
        ...draft.metadata,
        uid,
        creationTimestamp,
        resourceVersion: before.metadata.resourceVersion,
      },
    };
    if (JSON.stringify(sorted(object)) === JSON.stringify(sorted(before))) return before;
    return this.#put(kind, 'MODIFIED', object, before);
  }

  remove(kind: ResourceKind, namespace: string, name: string): KubeObject {
    const object = this.get(kind, namespace, name);
    this.#objects.delete(keyOf(kind, namespace, name));
    this.#version += 1;
    const last = withVersion(object, this.#version);
    this.#record({
      type: 'DELETED',
      plural: kind.plural,
      version: this.#version,
      object: last,
      before: object,
    });
    return last;
  }

  #put(
    kind: ResourceKind,
    type: 'ADDED' | 'MODIFIED',
    draft: Draft & { metadata: { uid: string; creationTimestamp: string } },
    before?: KubeObject,
  ): KubeObject {
    this.#version += 1;
    const object = withVersion(draft, this.#version);
    this.#objects.set(keyOf(kind, object.metadata.namespace ?? '', object.metadata.name), object);
    this.#record({ type, plural: kind.plural, version: this.#version, object, before });
    return object;
  }

  #record(event: StoreEvent): void {
    this.#events.push(event);
    if (this.#events.length > keptEvents) this.#events.shift();
    this.#emitter.fire(event);
  }
}

function keyOf(kind: ResourceKind, namespace: string, name: string): string {
  return `${kind.plural}/${kind.isNamespaced ? namespace : ''}/${name}`;
}

function withVersion(
  draft: Draft & { metadata: { uid: string; creationTimestamp: string } },
  version: number,
): KubeObject {
  const { apiVersion, kind, ...rest } = draft;
  const metadata = { ...draft.metadata, resourceVersion: String(version) };
  return { ...rest, apiVersion, kind, metadata } as KubeObject;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  );
}
