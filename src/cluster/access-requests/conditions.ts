// What a role says about requesting and reviewing (auth-api.md 10).

/** Roles for holders of a trait: `value` is a literal, a glob or a regular expression in `^…$`. */
export interface ClaimMapping {
  readonly claim: string;
  readonly value: string;
  readonly roles: readonly string[];
}

export interface Threshold {
  readonly name: string;
  /** Empty: every review counts. */
  readonly filter: string;
  readonly approve: number;
  /** 0: denials never decide. */
  readonly deny: number;
}

export interface RequestConditions {
  readonly roles?: readonly string[];
  readonly claimsToRoles?: readonly ClaimMapping[];
  /** Roles that a request for resources may use; literal names. */
  readonly searchAsRoles?: readonly string[];
  readonly annotations?: Traits;
  readonly thresholds?: readonly Threshold[];
  readonly suggestedReviewers?: readonly string[];
  readonly maxDurationMs?: number;
  /** Kinds inside Kubernetes clusters that may be asked for; absent or empty: all. */
  readonly kubernetesKinds?: readonly string[];
  readonly reasonMode?: 'optional' | 'required';
}

export interface ReviewConditions {
  readonly roles?: readonly string[];
  readonly claimsToRoles?: readonly ClaimMapping[];
  /** Empty or absent: always. */
  readonly where?: string;
  readonly previewAsRoles?: readonly string[];
}

export interface RuleOfRole {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The part of a role that access requests look at. Deny beats allow. */
export interface RequestRules {
  readonly request?: RequestConditions;
  readonly denyRequest?: Pick<RequestConditions, 'roles' | 'claimsToRoles' | 'searchAsRoles'>;
  readonly reviewRequests?: ReviewConditions;
  readonly denyReviewRequests?: Omit<ReviewConditions, 'previewAsRoles'>;
  readonly rules?: readonly RuleOfRole[];
  readonly denyRules?: readonly RuleOfRole[];
  readonly requestAccess?: 'optional' | 'reason' | 'always';
  /** Said to a person who is to give a reason. */
  readonly requestPrompt?: string;
}

export type Traits = Readonly<Record<string, readonly string[]>>;
