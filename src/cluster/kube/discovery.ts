import type { JsonObject } from './objects.ts';
import { kinds, podStreams } from './kinds.ts';

/** The Kubernetes version whose API is imitated. */
export const kubernetesVersion = { major: '1', minor: '32', gitVersion: 'v1.32.4' } as const;

/** Questions that a client may ask about itself; answered at once, never stored. */
export const reviews = {
  'authorization.k8s.io': { plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview' },
  'authentication.k8s.io': { plural: 'selfsubjectreviews', kind: 'SelfSubjectReview' },
} as const;
export type ReviewGroup = keyof typeof reviews;

export function isReviewGroup(group: string): group is ReviewGroup {
  return Object.hasOwn(reviews, group);
}

/** Answers of the discovery endpoints by path. */
export function discoveryAt(path: string): JsonObject | undefined {
  switch (path) {
    case '/version':
      return {
        ...kubernetesVersion,
        gitCommit: '',
        gitTreeState: 'clean',
        buildDate: '1970-01-01T00:00:00Z',
        goVersion: '',
        compiler: '',
        platform: `${process.platform}/${process.arch}`,
      };
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case '/api/v1':
      return coreResources();
    case '/apis':
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: Object.keys(reviews).map(groupOf),
      };
    default:
      return groupAt(path);
  }
}

function coreResources(): JsonObject {
  const resources = kinds.flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.isNamespaced,
      kind: kind.kind,
      verbs: kind.verbs,
      shortNames: kind.shortNames,
      categories: kind.categories,
    },
    ...(kind.plural === 'pods' ? podStreams.map(streamResource) : []),
  ]);
  return { kind: 'APIResourceList', groupVersion: 'v1', resources };
}

function streamResource(stream: (typeof podStreams)[number]): JsonObject {
  const options = {
    exec: 'PodExecOptions',
    attach: 'PodAttachOptions',
    portforward: 'PodPortForwardOptions',
  };
  return {
    name: `pods/${stream}`,
    singularName: '',
    namespaced: true,
    kind: stream === 'log' ? 'Pod' : options[stream],
    verbs: stream === 'log' ? ['get'] : ['create', 'get'],
  };
}

function groupOf(name: string): JsonObject {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions: [version], preferredVersion: version };
}

function groupAt(path: string): JsonObject | undefined {
  const [, apis, name = '', version, ...rest] = path.split('/');
  if (apis !== 'apis' || !isReviewGroup(name) || rest.length > 0) return undefined;
  if (version === undefined) return groupOf(name);
  if (version !== 'v1') return undefined;
  const { plural, kind } = reviews[name];
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${name}/v1`,
    resources: [
      { name: plural, singularName: kind.toLowerCase(), namespaced: false, kind, verbs: ['create'] },
    ],
  };
}
