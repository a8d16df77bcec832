import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject, KubeObject } from './objects.ts';
import type { ResourceKind } from './kinds.ts';
import type { ObjectFilter } from './selectors.ts';
import { KubeError } from './status.ts';
import type { ObjectStore, StoreEvent } from './store.ts';

const longestMs = 60 * 60_000;
const maxUnsentBytes = 8 * 1024 * 1024;

export interface WatchOptions {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
  readonly filter: ObjectFilter;
  readonly query: URLSearchParams;
  /** How an object is shown; `isFirst` once for each watch. */
  readonly show: (object: KubeObject, isFirst: boolean) => JsonObject;
}

/** Sends changes as one JSON document a line, until the client goes or the time is over. */
export function serveWatch(
  store: ObjectStore,
  request: IncomingMessage,
  response: ServerResponse,
  options: WatchOptions,
): void {
  const { kind, namespace, name, filter, query, show } = options;
  const isWanted = (object: KubeObject | undefined): object is KubeObject =>
    object !== undefined &&
    (namespace === '' || object.metadata.namespace === namespace) &&
    (name === '' || object.metadata.name === name) &&
    filter(object);
  const from = query.get('resourceVersion') ?? '';
  if (from !== '' && !/^\d{1,15}$/.test(from))
    throw new KubeError('BadRequest', `Invalid value: "${from}": strconv.ParseUint: invalid syntax`);
  const past = from === '' || from === '0' ? [] : store.eventsSince(Number(from));
  const existing =
    from === '' || from === '0'
      ? store.list(kind, namespace === '' ? undefined : namespace).filter(isWanted)
      : [];

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  let isFirst = true;
  const send = (type: StoreEvent['type'], object: KubeObject) => {
    // A client that reads nothing has to list again.
    if (response.writableLength > maxUnsentBytes) response.destroy();
    else response.write(`${JSON.stringify({ type, object: show(object, isFirst) })}\n`);
    isFirst = false;
  };
  const take = (event: StoreEvent) => {
    if (event.plural !== kind.plural) return;
    const was = isWanted(event.before);
    const is = event.type !== 'DELETED' && isWanted(event.object);
    if (is) send(was ? 'MODIFIED' : 'ADDED', event.object);
    else if (was) send('DELETED', event.object);
  };
  for (const object of existing) send('ADDED', object);
  for (const event of past) take(event);
  const subscription = store.onEvent(take);
  const wanted = Number(query.get('timeoutSeconds') ?? 0) * 1000;
  const timer = setTimeout(() => response.end(), wanted > 0 ? Math.min(wanted, longestMs) : longestMs);
  response.once('close', () => {
    clearTimeout(timer);
    subscription.dispose();
  });
  request.resume();
}
