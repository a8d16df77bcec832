import { type JsonObject, type Json, type KubeObject, listOf, objectAt, textOf } from './objects.ts';
import type { ResourceKind } from './kinds.ts';

interface Column {
  readonly name: string;
  readonly type?: 'integer';
  /** 1: only with `-o wide`. */
  readonly priority?: 1;
  readonly cell: (object: KubeObject, now: Date) => Json;
}

const age: Column = { name: 'Age', cell: (object, now) => since(object.metadata.creationTimestamp, now) };
const count = (value: Json | undefined) => Object.keys(objectAt(value)).length;
const statusText = (object: KubeObject) => textOf(objectAt(object, 'status')['phase'], 'Active');

const columnsOf: Readonly<Record<string, readonly Column[]>> = {
  configmaps: [
    {
      name: 'Data',
      type: 'integer',
      cell: (object) => count(object['data']) + count(object['binaryData']),
    },
    age,
  ],
  events: [
    { name: 'Last Seen', cell: (object, now) => since(textOf(object['lastTimestamp']), now) },
    { name: 'Type', cell: (object) => textOf(object['type']) },
    { name: 'Reason', cell: (object) => textOf(object['reason']) },
    { name: 'Object', cell: (object) => `pod/${textOf(objectAt(object, 'involvedObject')['name'])}` },
    { name: 'Message', cell: (object) => textOf(object['message']) },
  ],
  namespaces: [{ name: 'Status', cell: statusText }, age],
  nodes: [
    { name: 'Status', cell: () => 'Ready' },
    { name: 'Roles', cell: () => 'control-plane' },
    age,
    { name: 'Version', cell: (object) => textOf(objectAt(object, 'status', 'nodeInfo')['kubeletVersion']) },
  ],
  pods: [
    { name: 'Ready', cell: readyOf },
    { name: 'Status', cell: podStatus },
    { name: 'Restarts', type: 'integer', cell: restartsOf },
    age,
    { name: 'IP', priority: 1, cell: (object) => textOf(objectAt(object, 'status')['podIP'], '<none>') },
    { name: 'Node', priority: 1, cell: (object) => textOf(objectAt(object, 'spec')['nodeName'], '<none>') },
  ],
  secrets: [
    { name: 'Type', cell: (object) => textOf(object['type'], 'Opaque') },
    { name: 'Data', type: 'integer', cell: (object) => count(object['data']) },
    age,
  ],
  serviceaccounts: [
    { name: 'Secrets', type: 'integer', cell: (object) => listOf(object['secrets']).length },
    age,
  ],
  services: [
    { name: 'Type', cell: (object) => textOf(objectAt(object, 'spec')['type'], 'ClusterIP') },
    { name: 'Cluster-IP', cell: (object) => textOf(objectAt(object, 'spec')['clusterIP'], '<none>') },
    { name: 'External-IP', cell: () => '<none>' },
    { name: 'Port(s)', cell: portsOf },
    age,
  ],
};

/** How much of each object goes with its row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Objects as rows, which is what `kubectl get` asks for (`as=Table`). */
export function toTable(
  kind: ResourceKind,
  objects: readonly KubeObject[],
  options: { readonly include: IncludeObject; readonly now: Date; readonly withColumns: boolean },
): JsonObject {
  const columns = columnsOf[kind.plural] ?? [age];
  const definitions = [{ name: 'Name', type: 'string', format: 'name', priority: 0 }, ...columns];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: objects.length === 1 ? objects[0]?.metadata.resourceVersion : '' },
    columnDefinitions: options.withColumns
      ? definitions.map((column) => ({
          name: column.name,
          type: column.type ?? 'string',
          format: 'format' in column ? column.format : '',
          description: column.name,
          priority: column.priority ?? 0,
        }))
      : [],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...columns.map((column) => column.cell(object, options.now))],
      ...(options.include === 'None'
        ? {}
        : { object: options.include === 'Object' ? object : partOf(object) }),
    })),
  };
}

function partOf(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function containerStatuses(pod: KubeObject): JsonObject[] {
  return listOf(objectAt(pod, 'status')['containerStatuses']).map((status) => objectAt(status));
}

function readyOf(pod: KubeObject): string {
  const statuses = containerStatuses(pod);
  const all = listOf(objectAt(pod, 'spec')['containers']).length;
  return `${statuses.filter((status) => status['ready'] === true).length}/${all}`;
}

function podStatus(pod: KubeObject): string {
  if (pod.metadata['deletionTimestamp'] !== undefined) return 'Terminating';
  for (const status of containerStatuses(pod)) {
    const waiting = textOf(objectAt(status, 'state', 'waiting')['reason']);
    if (waiting !== '') return waiting;
    const ended = textOf(objectAt(status, 'state', 'terminated')['reason']);
    if (ended !== '') return ended;
  }
  return textOf(objectAt(pod, 'status')['phase'], 'Pending');
}

function restartsOf(pod: KubeObject): number {
  return containerStatuses(pod).reduce((sum, status) => sum + Number(status['restartCount'] ?? 0), 0);
}

function portsOf(service: KubeObject): string {
  const ports = listOf(objectAt(service, 'spec')['ports']).map((port) => objectAt(port));
  return ports.map((port) => `${Number(port['port'])}/${textOf(port['protocol'], 'TCP')}`).join(',');
}

/** The time since then as Kubernetes shows it: `45s`, `12m`, `3h10m`, `5d`. */
function since(time: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(time)) / 1000);
  if (!Number.isFinite(seconds)) return '<unknown>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
