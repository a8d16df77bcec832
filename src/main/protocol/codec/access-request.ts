import { AppError } from '../../../shared/errors/app-error.ts';
import type { AccessRequestV3, AccessReview, ResourceId } from './gen/types/access_request_pb.js';
import { toDate } from './timestamp.ts';

export const requestStates = ['none', 'pending', 'approved', 'denied', 'promoted'] as const;
export type WireRequestState = (typeof requestStates)[number];

/** Name of a resource in a request (auth-api.md 10). */
export interface RequestedResourceId {
  readonly clusterName: string;
  readonly kind: string;
  /** Host UUID of a server, else the name; of things inside a Kubernetes cluster, that cluster's name. */
  readonly name: string;
  readonly subResource: string;
}

export interface WireReview {
  readonly author: string;
  readonly decision: 'approve' | 'deny';
  readonly reason: string;
  readonly created: Date | undefined;
  readonly assumeFrom: Date | undefined;
  /** Which of the request's thresholds it counts for. */
  readonly thresholds: readonly number[];
}

/** An access request as the server tells it. Unset times are undefined. */
export interface AccessRequest {
  readonly id: string;
  readonly requester: string;
  readonly roles: readonly string[];
  readonly resources: readonly RequestedResourceId[];
  readonly state: WireRequestState;
  readonly reason: string;
  readonly resolveReason: string;
  readonly created: Date | undefined;
  readonly accessUntil: Date | undefined;
  readonly sessionUntil: Date | undefined;
  readonly maxUntil: Date | undefined;
  readonly assumeFrom: Date | undefined;
  /** When the request itself vanishes. */
  readonly vanishesAt: Date | undefined;
  readonly suggestedReviewers: readonly string[];
  readonly thresholds: readonly {
    readonly name: string;
    readonly filter: string;
    readonly approve: number;
    readonly deny: number;
  }[];
  /** Every role needs one threshold out of each of its sets; numbers count in `thresholds`. */
  readonly roleSets: ReadonlyMap<string, readonly (readonly number[])[]>;
  readonly reviews: readonly WireReview[];
  /** Dry runs of v17 on. */
  readonly reasonMode: string;
  readonly reasonPrompts: readonly string[];
}

const maxItems = 1_000;

/** Throws `answer-invalid` for a message that is not a request at all. */
export function toAccessRequest(message: AccessRequestV3): AccessRequest {
  const { spec, metadata } = message;
  if (!spec || !metadata || metadata.name === '') {
    throw new AppError('answer-invalid', 'The cluster sent an access request without content.');
  }
  const thresholds = spec.thresholds
    .slice(0, maxItems)
    .map(({ name, filter, approve, deny }) => ({ name, filter, approve, deny }));
  const known = (index: number) => index < thresholds.length;
  return {
    id: metadata.name,
    requester: spec.user,
    roles: [...new Set(spec.roles)].sort().slice(0, maxItems),
    resources: spec.requestedResourceIds.slice(0, maxItems).map(toResourceId),
    state: requestStates[spec.state] ?? 'none',
    reason: spec.requestReason,
    resolveReason: spec.resolveReason,
    created: toDate(spec.created),
    accessUntil: toDate(spec.expires),
    sessionUntil: toDate(spec.sessionTtl),
    maxUntil: toDate(spec.maxDuration),
    assumeFrom: toDate(spec.assumeStartTime),
    vanishesAt: toDate(spec.resourceExpiry) ?? toDate(metadata.expires),
    suggestedReviewers: spec.suggestedReviewers.slice(0, maxItems),
    thresholds,
    roleSets: new Map(
      Object.entries(spec.roleThresholdMapping).map(([role, { sets }]) => [
        role,
        sets.map((set) => set.indexes.filter(known)),
      ]),
    ),
    reviews: spec.reviews.slice(0, maxItems).flatMap((review) => toReview(review, known) ?? []),
    reasonMode: spec.dryRunEnrichment?.reasonMode ?? '',
    reasonPrompts: spec.dryRunEnrichment?.reasonPrompts ?? [],
  };
}

function toReview(review: AccessReview, known: (index: number) => boolean): WireReview | undefined {
  const state = requestStates[review.proposedState];
  if (state !== 'approved' && state !== 'denied' && state !== 'promoted') return undefined;
  return {
    author: review.author,
    decision: state === 'denied' ? 'deny' : 'approve',
    reason: review.reason,
    created: toDate(review.created),
    assumeFrom: toDate(review.assumeStartTime),
    thresholds: review.thresholdIndexes.filter(known),
  };
}

function toResourceId(id: ResourceId): RequestedResourceId {
  return { clusterName: id.clusterName, kind: id.kind, name: id.name, subResource: id.subResourceName };
}

/** Reads the JSON list of a certificate's allowed resources: `/<cluster>/<kind>/<name>[/<sub>]` each. Broken entries are left out. */
export function parseAllowedResources(json: string): RequestedResourceId[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.slice(0, maxItems).flatMap((entry: unknown) => {
    const match = typeof entry === 'string' ? /^\/([^/]+)\/([^/]+)\/(.+)$/s.exec(entry) : null;
    if (!match) return [];
    const [, clusterName = '', kind = '', rest = ''] = match;
    // Names of servers, databases and apps hold no slash; only things inside Kubernetes clusters have a second part.
    const cut = insideKubernetes.has(kind) ? rest.indexOf('/') : -1;
    return [
      {
        clusterName,
        kind,
        name: cut < 0 ? rest : rest.slice(0, cut),
        subResource: cut < 0 ? '' : rest.slice(cut + 1),
      },
    ];
  });
}

/** Kinds that live inside a Kubernetes cluster; the cluster-wide ones have a bare name there. */
export const insideKubernetes: ReadonlySet<string> = new Set([
  'pod',
  'secret',
  'configmap',
  'namespace',
  'service',
  'serviceaccount',
  'kube_node',
  'persistentvolume',
  'persistentvolumeclaim',
  'deployment',
  'replicaset',
  'statefulset',
  'daemonset',
  'clusterrole',
  'kube_role',
  'clusterrolebinding',
  'rolebinding',
  'cronjob',
  'job',
  'certificatesigningrequest',
  'ingress',
]);
