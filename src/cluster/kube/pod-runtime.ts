import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disposable } from '../../shared/lifecycle/disposable.ts';
import { Container, type ContainerState } from './container.ts';
import { findKind, type ResourceKind } from './kinds.ts';
import { type JsonObject, type KubeObject, listOf, objectAt, textOf } from './objects.ts';
import { forgetEvents, recordEvent } from './pod-events.ts';
import { KubeError } from './status.ts';
import type { ObjectStore } from './store.ts';

export interface RunningPod {
  /** The pod's own folder, where its programs run. */
  readonly folder: string;
  readonly containers: readonly Container[];
}

/** Runs the pods of the store: starts what is added, stops what is deleted, writes their status. */
export class PodRuntime {
  readonly #store: ObjectStore;
  readonly #now: () => Date;
  readonly #kind: ResourceKind;
  readonly #pods = new Map<string, RunningPod>();
  readonly #subscription: Disposable;

  constructor(store: ObjectStore, now: () => Date) {
    this.#store = store;
    this.#now = now;
    const kind = findKind('pods');
    if (!kind) throw new Error('pods are no known kind');
    this.#kind = kind;
    this.#subscription = store.onEvent(({ plural, type, object }) => {
      if (plural !== 'pods') return;
      if (type === 'ADDED') this.#start(object);
      if (type !== 'DELETED') return;
      this.#stop(object.metadata.uid);
      forgetEvents(store, object);
    });
  }

  /** The running pod of an object. Throws `NotFound`. */
  get(namespace: string, name: string): RunningPod {
    const object = this.#store.get(this.#kind, namespace, name);
    const pod = this.#pods.get(object.metadata.uid);
    if (!pod) throw new KubeError('BadRequest', `pod ${name} does not have a host assigned`);
    return pod;
  }

  /** The container that was asked for; the first one when none was. Throws `BadRequest`. */
  container(namespace: string, name: string, wanted: string | null): Container {
    const { containers } = this.get(namespace, name);
    const found = wanted ? containers.find((container) => container.name === wanted) : containers[0];
    if (!found) throw new KubeError('BadRequest', `container ${wanted ?? ''} is not valid for pod ${name}`);
    return found;
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const uid of this.#pods.keys()) this.#stop(uid);
  }

  #start(object: KubeObject): void {
    const { uid, name, namespace = '' } = object.metadata;
    const folder = mkdtempSync(join(tmpdir(), 'porthole-pod-'));
    const host = {
      podName: name,
      namespace,
      folder,
      now: this.#now,
      restartPolicy: textOf(objectAt(object, 'spec')['restartPolicy'], 'Always'),
      onChange: (container: string, state: ContainerState) => this.#report(object, container, state),
    };
    const specs = listOf(objectAt(object, 'spec')['containers']).map((spec) => objectAt(spec));
    const pod = { folder, containers: specs.map((spec) => new Container(spec, host)) };
    this.#pods.set(uid, pod);
    // Afterwards, so that watchers see the pod before its status.
    queueMicrotask(() => {
      for (const container of pod.containers)
        container.start().catch(() => container.log.write('the program could not be started\n'));
    });
  }

  #stop(uid: string): void {
    const pod = this.#pods.get(uid);
    this.#pods.delete(uid);
    if (!pod) return;
    for (const container of pod.containers) container.stop();
    rmSync(pod.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #report({ metadata }: KubeObject, container: string, state: ContainerState): void {
    const pod = this.#pods.get(metadata.uid);
    const object = this.#store.find(this.#kind, metadata.namespace ?? '', metadata.name);
    if (!pod || object?.metadata.uid !== metadata.uid) return;
    const spec = { ...objectAt(object, 'spec'), nodeName: nodeName() };
    this.#store.update(this.#kind, { ...object, spec, status: statusOf(pod, object) });
    recordEvent(this.#store, object, container, state, this.#now());
  }
}

export function nodeName(): string {
  return (
    hostname()
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-') || 'this-machine'
  );
}

function statusOf(pod: RunningPod, object: KubeObject): JsonObject {
  const states = pod.containers.map((container) => container.state);
  const isReady = states.every((state) => state.kind === 'running');
  const condition = (type: string, isTrue: boolean) => ({ type, status: isTrue ? 'True' : 'False' });
  return {
    phase: phaseOf(pod),
    conditions: [
      condition('Initialized', true),
      condition('Ready', isReady),
      condition('ContainersReady', isReady),
      condition('PodScheduled', true),
    ],
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    startTime: object.metadata.creationTimestamp,
    qosClass: 'BestEffort',
    containerStatuses: pod.containers.map(containerStatus),
  };
}

function phaseOf({ containers }: RunningPod): string {
  const states = containers.map((container) => container.state);
  if (states.some((state) => state.kind === 'running')) return 'Running';
  if (states.every((state) => state.kind === 'ended'))
    return states.every((state) => state.kind === 'ended' && state.code === 0) ? 'Succeeded' : 'Failed';
  return containers.some((container) => container.restarts > 0) ? 'Running' : 'Pending';
}

function containerStatus(container: Container): JsonObject {
  const { state } = container;
  const time = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z');
  const shown = (): JsonObject => {
    switch (state.kind) {
      case 'waiting':
        return { waiting: { reason: state.reason, message: state.message } };
      case 'running':
        return { running: { startedAt: time(state.since) } };
      case 'ended':
        return {
          terminated: {
            exitCode: state.code,
            reason: state.code === 0 ? 'Completed' : 'Error',
            startedAt: time(state.since),
            finishedAt: time(state.until),
          },
        };
    }
  };
  return {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: state.kind === 'running',
    started: state.kind === 'running',
    restartCount: container.restarts,
    state: shown(),
    lastState: {},
  };
}
