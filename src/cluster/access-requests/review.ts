import { randomUUID } from 'node:crypto';
import { alreadyExists, denied, invalid, notFound, unimplemented } from '../refusal.ts';
import type { Role } from '../roles.ts';
import type { ReviewConditions, Traits } from './conditions.ts';
import type { Directory } from './directory.ts';
import { holds, type ReviewSubject } from './filter.ts';
import { namesRole } from './matching.ts';
import type { AccessRequest, RequestState, Review } from './model.ts';
import { decisionOf } from './thresholds.ts';
import { checkStart } from './times.ts';
import type { RequestVersionRules } from './version-rules.ts';

/** What a reviewer sends; `state` as it came, so that wrong ones can be named. */
export interface ReviewDraft {
  readonly author: string;
  readonly state: RequestState | undefined;
  readonly stateName: string;
  readonly roles: readonly string[];
  readonly reason: string;
  readonly hasAnnotations: boolean;
  readonly assumeStartMs?: number | undefined;
}

export interface ReviewContext {
  readonly directory: Directory;
  readonly rules: RequestVersionRules;
  readonly nowMs: number;
}

const maxReasonBytes = 4_096;

/** The request after one more review (auth-api.md 11.3). Stores nothing. */
export function reviewRequest(
  context: ReviewContext,
  reviewer: string,
  found: { readonly id: string; readonly request: AccessRequest | undefined },
  draft: ReviewDraft,
): AccessRequest {
  const { directory, nowMs } = context;
  if (!maySubmitReviews(directory, reviewer)) throw denied(`user "${reviewer}" cannot submit reviews`);
  const { request } = found;
  if (!request) throw notFound(`cannot apply review to access request "${found.id}" (not found)`);
  checkReview(reviewer, request, draft);
  if (!mayReview(directory, reviewer, request))
    throw denied(`user "${reviewer}" cannot review request "${request.id}"`);
  if (request.reviews.some((review) => review.author === reviewer))
    throw alreadyExists(`user "${reviewer}" has already reviewed this request`);
  if (request.state !== 'pending' && context.rules.refusesReviewAfterDecision)
    throw denied(`the access request has been already ${request.state}`);
  checkStart(draft.assumeStartMs, request.createdMs, request.accessExpiryMs);
  const subject = subjectOf(directory, reviewer, request, draft.reason);
  const review: Review = {
    author: reviewer,
    proposedState: draft.state === 'approved' ? 'approved' : 'denied',
    reason: draft.reason,
    createdMs: nowMs,
    thresholdIndexes: request.thresholds.flatMap(({ filter }, index) =>
      holds(filter, subject) ? [index] : [],
    ),
    assumeStartMs: draft.assumeStartMs,
  };
  return withReview(request, review);
}

function checkReview(reviewer: string, request: AccessRequest, draft: ReviewDraft): void {
  if (draft.author !== '' && draft.author !== reviewer)
    throw denied(`user "${reviewer}" cannot submit reviews for another user`);
  if (draft.state !== 'approved' && draft.state !== 'denied')
    throw invalid(`invalid state proposal: ${draft.stateName} (expected approval/denial)`);
  if (Buffer.byteLength(draft.reason) > maxReasonBytes)
    throw invalid(`access review reason is too long, max ${maxReasonBytes} bytes`);
  if (draft.hasAnnotations) throw unimplemented('annotations of reviews are not supported');
  const foreign = draft.roles.find((role) => !request.roles.includes(role));
  if (foreign !== undefined) throw invalid(`role "${foreign}" is not a member of this request`);
  if (draft.roles.length > 0 && new Set(draft.roles).size < request.roles.length)
    throw unimplemented('reviews of a part of the roles are not supported');
  if (request.thresholds.length === 0) throw invalid('this access request has no thresholds');
}

function withReview(request: AccessRequest, review: Review): AccessRequest {
  const reviews = [...request.reviews, review];
  const next = { ...request, reviews, revision: randomUUID() };
  if (request.state !== 'pending') return next;
  const decision = decisionOf(request, reviews);
  const isApproval = review.proposedState === 'approved';
  const assumeStartMs = (isApproval ? review.assumeStartMs : undefined) ?? request.assumeStartMs;
  if (decision === undefined) return { ...next, assumeStartMs };
  return {
    ...next,
    assumeStartMs,
    state: decision,
    resolveReason: review.reason,
    objectExpiryMs: decision === 'approved' ? request.accessExpiryMs : request.objectExpiryMs,
  };
}

/** Whether any role at all gives the user reviews. */
export function maySubmitReviews(directory: Directory, user: string): boolean {
  return directory
    .staticRolesOf(user)
    .some(
      ({ reviewRequests: allow }) => (allow?.roles?.length ?? 0) + (allow?.claimsToRoles?.length ?? 0) > 0,
    );
}

/** Whether the user may review this request; only static roles count. */
export function mayReview(directory: Directory, user: string, request: AccessRequest): boolean {
  if (user === request.user) return false;
  const roles = directory.staticRolesOf(user);
  const traits = directory.traitsOf(user);
  const subject = subjectOf(directory, user, request, '');
  const matches = (conditions: Omit<ReviewConditions, 'previewAsRoles'> | undefined, name: string) =>
    conditions !== undefined && namesRole(conditions, traits, name) && holds(conditions.where ?? '', subject);
  if (request.roles.some((name) => roles.some((role) => matches(role.denyReviewRequests, name))))
    return false;
  return (
    request.roles.length > 0 &&
    request.roles.every((name) => roles.some((role) => matches(role.reviewRequests, name)))
  );
}

function subjectOf(
  directory: Directory,
  reviewer: string,
  request: AccessRequest,
  reason: string,
): ReviewSubject {
  const roles: readonly Role[] = directory.staticRolesOf(reviewer);
  const traits: Traits = directory.traitsOf(reviewer);
  return {
    reviewer: { roles: roles.map((role) => role.name), traits },
    review: { reason, annotations: {} },
    request: {
      roles: request.roles,
      reason: request.requestReason,
      systemAnnotations: request.systemAnnotations,
    },
  };
}
