import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import {
  type Event as WatchEvent,
  EventSchema,
  type Watch,
  type WatchKind,
} from '../main/protocol/codec/gen/auth/events_pb.js';
import { type Disposable, DisposableStore } from '../shared/lifecycle/disposable.ts';
import { mayDo } from './access-requests/directory.ts';
import { stateOf, toMessage } from './access-requests/messages.ts';
import type { RequestChange } from './access-requests/request-store.ts';
import { callerOf } from './caller-context.ts';
import type { Caller, ClusterCore } from './core.ts';
import { denied, invalid } from './refusal.ts';

const put = 1;
const removal = 2;
const maxWaiting = 10_000;
/** Kinds that every user may read (auth-api.md 5.4). */
const openKinds = new Set([
  'node',
  'db',
  'db_server',
  'app',
  'app_server',
  'kube_cluster',
  'kube_server',
  'windows_desktop',
  'cert_authority',
  'cluster_name',
  'cluster_auth_preference',
  'remote_cluster',
]);
const filterKeys = new Set(['id', 'user', 'state']);

/** `WatchEvents` (auth-api.md 12): changes of access requests and locks as they happen, after one INIT. */
export async function* watchEvents(
  core: ClusterCore,
  watch: Watch,
  context: HandlerContext,
): AsyncGenerator<WatchEvent> {
  const caller = callerOf(context);
  const { rules } = core.requests;
  const kinds = acceptedKinds(watch, caller, rules.watchStatus);
  const events = new Waiting(context.signal);
  const subscriptions = subscribe(core, caller, kinds, events);
  try {
    yield rules.watchStatus ? statusOf(kinds) : create(EventSchema, {});
    for (;;) {
      const event = await events.next();
      if (!event) return;
      yield event;
    }
  } finally {
    subscriptions.dispose();
  }
}

function acceptedKinds(watch: Watch, caller: Caller, knowsPartialSuccess: boolean): WatchKind[] {
  if (watch.kinds.length === 0) throw denied("can't setup global watch");
  const isPartial = watch.allowPartialSuccess && knowsPartialSuccess;
  const accepted = watch.kinds.filter((kind) => {
    const refusal = refusalOf(kind, caller);
    if (refusal && !isPartial) throw refusal;
    return !refusal;
  });
  if (accepted.length === 0) throw invalid('none of the requested kinds can be watched');
  return accepted;
}

function refusalOf({ kind, filter }: WatchKind, caller: Caller): Error | undefined {
  const mayRead =
    openKinds.has(kind) ||
    mayDo(caller.roles, kind, 'read') ||
    (kind === 'access_request' && filter['user'] === caller.userName);
  if (!mayRead) return denied(`access denied to perform action "read" on "${kind}"`);
  if (kind !== 'access_request') return undefined;
  const unknown = Object.keys(filter).find((key) => !filterKeys.has(key));
  return unknown === undefined ? undefined : invalid(`unknown filter key ${unknown}`);
}

function subscribe(
  core: ClusterCore,
  caller: Caller,
  kinds: readonly WatchKind[],
  events: Waiting,
): Disposable {
  const all = new DisposableStore();
  const requestKinds = kinds.filter(({ kind }) => kind === 'access_request');
  all.add(
    core.requests.onChange((change) => {
      if (requestKinds.some((kind) => matches(kind, change))) events.push(requestEvent(core, change));
    }),
  );
  all.add(
    core.onLock(({ userName, message }) => {
      if (kinds.some(({ kind }) => kind === 'lock')) events.push(lockEvent(userName, message));
      // What a locked user asks is refused from now on, and so ends what is open.
      if (userName === caller.userName) events.fail(denied('access denied'));
    }),
  );
  return all;
}

function matches({ filter }: WatchKind, { kind, request }: RequestChange): boolean {
  const { id, user, state } = filter;
  if ((id && id !== request.id) || (user && user !== request.user)) return false;
  return kind === 'delete' || !state || stateNumber(state) === request.state;
}

function stateNumber(name: string) {
  return stateOf(['NONE', 'PENDING', 'APPROVED', 'DENIED', 'PROMOTED'].indexOf(name.toUpperCase()));
}

function statusOf(kinds: readonly WatchKind[]): WatchEvent {
  return create(EventSchema, {
    resource: {
      case: 'watchStatus',
      value: {
        kind: 'watch_status',
        version: 'v1',
        metadata: { name: 'watch-status', namespace: 'default' },
        spec: { kinds: [...kinds] },
      },
    },
  });
}

function requestEvent(core: ClusterCore, { kind, request }: RequestChange): WatchEvent {
  if (kind === 'put')
    return create(EventSchema, {
      type: put,
      resource: { case: 'accessRequest', value: toMessage(request, core.requests.rules) },
    });
  return create(EventSchema, {
    type: removal,
    resource: {
      case: 'resourceHeader',
      value: { kind: 'access_request', metadata: { name: request.id, namespace: 'default' } },
    },
  });
}

function lockEvent(userName: string, message: string): WatchEvent {
  return create(EventSchema, {
    type: put,
    resource: {
      case: 'lock',
      value: {
        kind: 'lock',
        version: 'v2',
        metadata: { name: `user-${userName}` },
        spec: { target: { user: userName }, message },
      },
    },
  });
}

/** Events that wait for a reader. A reader that is far too slow loses the stream, as on a real server. */
class Waiting {
  readonly #events: WatchEvent[] = [];
  readonly #signal: AbortSignal;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  push(event: WatchEvent): void {
    if (this.#events.length >= maxWaiting) this.fail(new Error('the watcher is too slow'));
    else this.#events.push(event);
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** The next event; undefined when the call has ended. */
  async next(): Promise<WatchEvent | undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event) return event;
      if (this.#failure) throw this.#failure;
      if (this.#signal.aborted) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
