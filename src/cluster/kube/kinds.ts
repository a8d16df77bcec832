/** A kind of object that the API serves. */
export interface ResourceKind {
  readonly group: '' | 'authorization.k8s.io';
  readonly version: 'v1';
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** Top-level fields besides `apiVersion`, `kind` and `metadata`. */
  readonly fields: readonly string[];
}

const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const readOnly = ['get', 'list', 'watch'];

function core(
  plural: string,
  kind: string,
  shortNames: readonly string[],
  fields: readonly string[],
  more: Partial<ResourceKind> = {},
): ResourceKind {
  const singular = kind.toLowerCase();
  return {
    group: '',
    version: 'v1',
    plural,
    singular,
    kind,
    isNamespaced: true,
    shortNames,
    categories: [],
    verbs: all,
    fields,
    ...more,
  };
}

export const kinds: readonly ResourceKind[] = [
  core('configmaps', 'ConfigMap', ['cm'], ['data', 'binaryData', 'immutable']),
  core('events', 'Event', ['ev'], [], { verbs: readOnly }),
  core('namespaces', 'Namespace', ['ns'], ['spec', 'status'], { isNamespaced: false }),
  core('nodes', 'Node', ['no'], ['spec', 'status'], { isNamespaced: false, verbs: readOnly }),
  core('pods', 'Pod', ['po'], ['spec', 'status'], { categories: ['all'] }),
  core('secrets', 'Secret', [], ['data', 'stringData', 'type', 'immutable']),
  core(
    'serviceaccounts',
    'ServiceAccount',
    ['sa'],
    ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  ),
  core('services', 'Service', ['svc'], ['spec', 'status'], { categories: ['all'] }),
];

/** Parts of a pod that are streams rather than objects. */
export const podStreams = ['log', 'exec', 'attach', 'portforward'] as const;
export type PodStream = (typeof podStreams)[number];

export function findKind(plural: string): ResourceKind | undefined {
  return kinds.find((kind) => kind.plural === plural);
}
