const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Where versions differ about access requests (auth-api.md 10 and 11). */
export interface RequestVersionRules {
  /** `CreateAccessRequestV2`, and an id made by the server. */
  readonly serverMadeIds: boolean;
  readonly listCall: boolean;
  /** Longest access that a role may grant by `request.max_duration`; undefined: it does not exist. */
  readonly maxDurationMs: number | undefined;
  /** Longest life of a pending request, and the life of one that does not ask. */
  readonly maxPendingMs: number;
  readonly defaultPendingMs: number;
  /** What is asked beyond the limits is cut, not refused. */
  readonly cutsExpiry: boolean;
  readonly refusesReviewAfterDecision: boolean;
  /** `ResourceExpiry` instead of `Metadata.Expires`. */
  readonly resourceExpiry: boolean;
  readonly reasonModes: boolean;
  /** `request.kubernetes_resources` limits what may be asked for inside Kubernetes clusters. */
  readonly kubernetesKinds: boolean;
  readonly dryRunEnrichment: boolean;
  /** Prompt and reason flags among the capabilities. */
  readonly reasonCapabilities: boolean;
  readonly promotions: boolean;
  readonly watchStatus: boolean;
}

export const requestVersionRules: Readonly<Record<'v11' | 'v15' | 'v18', RequestVersionRules>> = {
  v11: {
    serverMadeIds: false,
    listCall: false,
    maxDurationMs: undefined,
    maxPendingMs: hourMs,
    defaultPendingMs: hourMs,
    cutsExpiry: true,
    refusesReviewAfterDecision: false,
    resourceExpiry: false,
    reasonModes: false,
    kubernetesKinds: false,
    dryRunEnrichment: false,
    reasonCapabilities: false,
    promotions: false,
    watchStatus: false,
  },
  v15: {
    serverMadeIds: true,
    listCall: false,
    maxDurationMs: 7 * dayMs,
    maxPendingMs: 7 * dayMs,
    defaultPendingMs: hourMs,
    cutsExpiry: false,
    refusesReviewAfterDecision: true,
    resourceExpiry: false,
    reasonModes: false,
    kubernetesKinds: false,
    dryRunEnrichment: false,
    reasonCapabilities: true,
    promotions: true,
    watchStatus: true,
  },
  v18: {
    serverMadeIds: true,
    listCall: true,
    maxDurationMs: 14 * dayMs,
    maxPendingMs: 7 * dayMs,
    defaultPendingMs: 7 * dayMs,
    cutsExpiry: true,
    refusesReviewAfterDecision: true,
    resourceExpiry: true,
    reasonModes: true,
    kubernetesKinds: true,
    dryRunEnrichment: true,
    reasonCapabilities: true,
    promotions: true,
    watchStatus: true,
  },
};
