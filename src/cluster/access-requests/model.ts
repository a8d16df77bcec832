import type { Threshold, Traits } from './conditions.ts';

export type RequestState = 'pending' | 'approved' | 'denied' | 'promoted';

/** `kind` and `name` as auth-api.md 10 lists them; objects inside Kubernetes carry `subResourceName`. */
export interface ResourceId {
  readonly clusterName: string;
  readonly kind: string;
  readonly name: string;
  readonly subResourceName: string;
}

export interface Review {
  readonly author: string;
  readonly proposedState: RequestState;
  readonly reason: string;
  readonly createdMs: number;
  /** Thresholds of the request for which this review counts. */
  readonly thresholdIndexes: readonly number[];
  readonly assumeStartMs?: number | undefined;
}

/** One stored request. Times are milliseconds since 1970. */
export interface AccessRequest {
  readonly id: string;
  readonly user: string;
  /** Sorted, each once. */
  readonly roles: readonly string[];
  readonly state: RequestState;
  readonly createdMs: number;
  /** End of the elevated access. */
  readonly accessExpiryMs: number;
  readonly maxDurationMs: number;
  readonly sessionTtlMs: number;
  /** When the request object vanishes. */
  readonly objectExpiryMs: number;
  readonly assumeStartMs?: number | undefined;
  readonly requestReason: string;
  readonly resolveReason: string;
  readonly systemAnnotations: Traits;
  readonly resolveAnnotations: Traits;
  readonly thresholds: readonly Threshold[];
  /** For each role a list of sets of threshold indexes; of every set one must be reached. */
  readonly roleThresholds: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly reviews: readonly Review[];
  readonly suggestedReviewers: readonly string[];
  readonly resourceIds: readonly ResourceId[];
  readonly loginHint: string;
  readonly revision: string;
}

/** What a person sends to create a request. */
export interface Draft {
  readonly id: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly state: RequestState;
  readonly requestReason: string;
  readonly resolveReason: string;
  readonly hasResolveAnnotations: boolean;
  readonly suggestedReviewers: readonly string[];
  readonly resourceIds: readonly ResourceId[];
  readonly loginHint: string;
  readonly dryRun: boolean;
  readonly accessExpiryMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  readonly objectExpiryMs?: number | undefined;
  readonly assumeStartMs?: number | undefined;
}

/** `/<cluster>/<kind>/<name>[/<sub>]`, as certificates carry it. */
export function formatResourceId(id: ResourceId): string {
  const sub = id.subResourceName === '' ? '' : `/${id.subResourceName}`;
  return `/${id.clusterName}/${id.kind}/${id.name}${sub}`;
}

const clusterWideKinds = new Set([
  'namespace',
  'kube_node',
  'persistentvolume',
  'clusterrole',
  'clusterrolebinding',
  'certificatesigningrequest',
]);
const namespacedKinds = new Set([
  'pod',
  'secret',
  'configmap',
  'service',
  'serviceaccount',
  'persistentvolumeclaim',
  'deployment',
  'replicaset',
  'statefulset',
  'daemonset',
  'kube_role',
  'rolebinding',
  'cronjob',
  'job',
  'ingress',
]);

/** Whether the kind is of objects inside a Kubernetes cluster. */
export function isInsideKubernetes(kind: string): boolean {
  return clusterWideKinds.has(kind) || namespacedKinds.has(kind);
}

/** Whether the part after the name has the form that the kind wants. */
export function hasValidSubResource(id: ResourceId): boolean {
  const parts = id.subResourceName.split('/');
  if (clusterWideKinds.has(id.kind)) return parts.length === 1 && parts[0] !== '';
  if (namespacedKinds.has(id.kind)) return parts.length === 2 && parts.every((part) => part !== '');
  return id.subResourceName === '';
}

/** Reads the text form; undefined for anything else. Names may hold slashes only for objects inside Kubernetes. */
export function parseResourceId(text: string): ResourceId | undefined {
  const match = /^\/([^/]+)\/([^/]+)\/(.+)$/s.exec(text);
  const [, clusterName, kind, rest] = match ?? [];
  if (!clusterName || !kind || !rest) return undefined;
  if (!isInsideKubernetes(kind)) return { clusterName, kind, name: rest, subResourceName: '' };
  const slash = rest.indexOf('/');
  if (slash < 1) return undefined;
  const id = { clusterName, kind, name: rest.slice(0, slash), subResourceName: rest.slice(slash + 1) };
  return hasValidSubResource(id) ? id : undefined;
}
