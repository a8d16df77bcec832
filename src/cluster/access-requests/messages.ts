import { create } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type AccessCapabilitiesRequest,
  type AccessRequestFilter,
  type AccessRequestV3,
  AccessRequestV3Schema,
  type AccessReviewSubmission,
  type ResourceId as ResourceIdMessage,
} from '../../main/protocol/codec/gen/types/access_request_pb.js';
import type { CapabilitiesQuery } from './capabilities.ts';
import type { Traits } from './conditions.ts';
import type { AccessRequest, Draft, RequestState, ResourceId } from './model.ts';
import type { ReviewDraft } from './review.ts';
import type { RequestVersionRules } from './version-rules.ts';
import type { Filter, Scope, SortField } from './visibility.ts';

const states: readonly (RequestState | undefined)[] = [
  undefined,
  'pending',
  'approved',
  'denied',
  'promoted',
];
const stateNames = ['NONE', 'PENDING', 'APPROVED', 'DENIED', 'PROMOTED'];
const scopes: readonly Scope[] = ['all', 'mine', 'needs-review', 'reviewed'];
const sorts: readonly SortField[] = ['default', 'created', 'state', 'user'];

export const stateOf = (state: number): RequestState | undefined => states[state];
export const scopeOf = (scope: number): Scope => scopes[scope] ?? 'all';
export const sortOf = (sort: number): SortField => sorts[sort] ?? 'default';

/** Year 1 and an absent time both mean that none is set (auth-api.md 3). */
export function timeOf(timestamp: Timestamp | undefined): number | undefined {
  const ms = timestamp && timestampDate(timestamp).getTime();
  return ms !== undefined && Number.isFinite(ms) && ms > yearOneEnd ? ms : undefined;
}
const yearOneEnd = Date.UTC(1900, 0, 1);

const timestampOf = (ms: number | undefined) => (ms === undefined ? undefined : timestampFromMs(ms));

const labelValues = (traits: Traits) => ({
  values: Object.fromEntries(Object.entries(traits).map(([name, values]) => [name, { values: [...values] }])),
});

export function toMessage(
  request: AccessRequest,
  rules: RequestVersionRules,
  dryRun?: { readonly reasonMode: string; readonly reasonPrompts: readonly string[] },
): AccessRequestV3 {
  const { resourceExpiry, maxDurationMs: hasDurations } = rules;
  return create(AccessRequestV3Schema, {
    kind: 'access_request',
    version: 'v3',
    metadata: {
      name: request.id,
      namespace: 'default',
      expires: resourceExpiry ? undefined : timestampOf(request.objectExpiryMs),
      revision: request.revision,
    },
    spec: {
      user: request.user,
      roles: [...request.roles],
      state: states.indexOf(request.state),
      created: timestampOf(request.createdMs),
      expires: timestampOf(request.accessExpiryMs),
      requestReason: request.requestReason,
      resolveReason: request.resolveReason,
      resolveAnnotations: labelValues(request.resolveAnnotations),
      systemAnnotations: labelValues(request.systemAnnotations),
      thresholds: request.thresholds.map((threshold) => ({ ...threshold })),
      roleThresholdMapping: Object.fromEntries(
        Object.entries(request.roleThresholds).map(([role, sets]) => [
          role,
          { sets: sets.map((indexes) => ({ indexes: [...indexes] })) },
        ]),
      ),
      reviews: request.reviews.map((review) => ({
        author: review.author,
        proposedState: states.indexOf(review.proposedState),
        reason: review.reason,
        created: timestampOf(review.createdMs),
        annotations: {},
        thresholdIndexes: [...review.thresholdIndexes],
        assumeStartTime: timestampOf(review.assumeStartMs),
      })),
      suggestedReviewers: [...request.suggestedReviewers],
      requestedResourceIds: request.resourceIds.map((id) => ({ ...id })),
      loginHint: request.loginHint,
      dryRun: dryRun !== undefined,
      maxDuration: hasDurations === undefined ? undefined : timestampOf(request.maxDurationMs),
      sessionTtl: hasDurations === undefined ? undefined : timestampOf(request.sessionTtlMs),
      assumeStartTime: timestampOf(request.assumeStartMs),
      resourceExpiry: resourceExpiry ? timestampOf(request.objectExpiryMs) : undefined,
      dryRunEnrichment:
        dryRun && rules.dryRunEnrichment
          ? { reasonMode: dryRun.reasonMode, reasonPrompts: [...dryRun.reasonPrompts] }
          : undefined,
    },
  });
}

const plainId = ({ clusterName, kind, name, subResourceName }: ResourceIdMessage): ResourceId => ({
  clusterName,
  kind,
  name,
  subResourceName,
});

export function draftOf({ metadata, spec }: AccessRequestV3): Draft {
  return {
    id: metadata?.name ?? '',
    user: spec?.user ?? '',
    roles: [...new Set(spec?.roles)].sort(),
    state: stateOf(spec?.state ?? 0) ?? 'pending',
    requestReason: spec?.requestReason ?? '',
    resolveReason: spec?.resolveReason ?? '',
    hasResolveAnnotations: Object.keys(spec?.resolveAnnotations?.values ?? {}).length > 0,
    suggestedReviewers: spec?.suggestedReviewers ?? [],
    resourceIds: (spec?.requestedResourceIds ?? []).map(plainId),
    loginHint: spec?.loginHint ?? '',
    dryRun: spec?.dryRun ?? false,
    accessExpiryMs: timeOf(spec?.expires),
    maxDurationMs: timeOf(spec?.maxDuration),
    objectExpiryMs: timeOf(spec?.resourceExpiry) ?? timeOf(metadata?.expires),
    assumeStartMs: timeOf(spec?.assumeStartTime),
  };
}

export function reviewOf({ review }: AccessReviewSubmission): ReviewDraft {
  const state = review?.proposedState ?? 0;
  return {
    author: review?.author ?? '',
    state: stateOf(state),
    stateName: stateNames[state] ?? String(state),
    roles: review?.roles ?? [],
    reason: review?.reason ?? '',
    hasAnnotations: Object.keys(review?.annotations?.values ?? {}).length > 0,
    assumeStartMs: timeOf(review?.assumeStartTime),
  };
}

export function filterOf(filter: AccessRequestFilter | undefined): Filter {
  return {
    id: filter?.id ?? '',
    user: filter?.user ?? '',
    state: stateOf(filter?.state ?? 0),
    keywords: filter?.searchKeywords ?? [],
    scope: scopeOf(filter?.scope ?? 0),
  };
}

export function queryOf(request: AccessCapabilitiesRequest): CapabilitiesQuery {
  return {
    user: request.user,
    requestableRoles: request.requestableRoles,
    suggestedReviewers: request.suggestedReviewers,
    resourceIds: request.resourceIds.map(plainId),
    login: request.login,
    filterByResource: request.filterRequestableRolesByResource,
  };
}
