import type { ContainerState } from './container.ts';
import { findKind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { ObjectStore } from './store.ts';

/** Writes what happens to a container as an event of its pod, as `kubectl describe` shows it; one for each reason. */
export function recordEvent(
  store: ObjectStore,
  { metadata }: KubeObject,
  container: string,
  state: ContainerState,
  now: Date,
): void {
  const kind = findKind('events');
  const told = tell(container, state);
  if (!kind || !told) return;
  const { name: podName, namespace = '', uid } = metadata;
  const name = `${podName}.${container}.${told.reason.toLowerCase()}`;
  const before = store.find(kind, namespace, name);
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { kind: 'Pod', apiVersion: 'v1', name: podName, namespace, uid },
    ...told,
    source: { component: 'kubelet' },
    firstTimestamp: before ? before['firstTimestamp'] : time,
    lastTimestamp: time,
    count: Number(before?.['count'] ?? 0) + 1,
  };
  if (before) store.update(kind, event);
  else store.create(kind, event);
}

/** Takes the events of a pod that is gone off the list. */
export function forgetEvents(store: ObjectStore, { metadata }: KubeObject): void {
  const kind = findKind('events');
  if (!kind) return;
  const { name, namespace = '' } = metadata;
  for (const event of store.list(kind, namespace))
    if (event.metadata.name.startsWith(`${name}.`)) store.remove(kind, namespace, event.metadata.name);
}

function tell(
  container: string,
  state: ContainerState,
): { type: 'Normal' | 'Warning'; reason: string; message: string } | undefined {
  switch (state.kind) {
    case 'running':
      return { type: 'Normal', reason: 'Started', message: `Started container ${container}` };
    case 'waiting':
      return state.message === ''
        ? undefined
        : { type: 'Warning', reason: state.reason, message: state.message };
    case 'ended':
      return state.code === 0
        ? undefined
        : {
            type: 'Warning',
            reason: 'Failed',
            message: `Container ${container} ended with code ${state.code}`,
          };
  }
}
