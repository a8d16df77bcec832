import type { AccessRequest } from '../protocol/codec/access-request.ts';

export interface Tally {
  readonly given: number;
  /** The fewest that can decide, those that are given included. */
  readonly needed: number;
}

type Side = 'approve' | 'deny';

/** How far a request is from its approval: every set of every role needs one of its thresholds (auth-api.md 11.3). */
export function approvalsOf(request: AccessRequest): Tally {
  const given = request.reviews.filter((review) => review.decision === 'approve').length;
  const sets = [...request.roleSets.values()].flat();
  const missing = sets.map((set) =>
    Math.min(...set.map((index) => missingFor(request, index, 'approve')).filter(Number.isFinite)),
  );
  const left = Math.max(0, ...missing.filter(Number.isFinite));
  if (request.state === 'pending') return { given, needed: given + left || needless(request) };
  return { given, needed: Math.max(given, sets.length === 0 ? needless(request) : given + left) };
}

/** Any threshold that reaches its denials ends it. */
export function denialsOf(request: AccessRequest): Tally {
  const given = request.reviews.filter((review) => review.decision === 'deny').length;
  const missing = request.thresholds
    .map((threshold, index) => (threshold.deny > 0 ? missingFor(request, index, 'deny') : Infinity))
    .filter(Number.isFinite);
  return { given, needed: given + (missing.length > 0 ? Math.min(...missing) : 0) };
}

/** Servers that tell no thresholds decide with the first review. */
function needless(request: AccessRequest): number {
  return request.thresholds.length === 0 && request.roleSets.size === 0 ? 1 : 0;
}

function missingFor(request: AccessRequest, index: number, side: Side): number {
  const threshold = request.thresholds[index];
  if (!threshold) return Infinity;
  const counted = request.reviews.filter(
    (review) => review.decision === side && review.thresholds.includes(index),
  ).length;
  return Math.max(0, threshold[side] - counted);
}
