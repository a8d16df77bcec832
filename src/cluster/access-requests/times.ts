import { invalid } from '../refusal.ts';
import type { Role } from '../roles.ts';
import { namesRole } from './matching.ts';
import type { Traits } from './conditions.ts';
import type { Draft } from './model.ts';
import type { RequestVersionRules } from './version-rules.ts';

const dayMs = 24 * 3_600_000;
const maxSessionMs = 30 * 3_600_000;
const maxStartDelayMs = 7 * dayMs;

export interface Times {
  readonly accessExpiryMs: number;
  readonly maxDurationMs: number;
  readonly sessionTtlMs: number;
  readonly objectExpiryMs: number;
}

interface TimeLimits {
  readonly createdMs: number;
  readonly certificateEndMs: number;
  readonly requestedRoles: readonly Role[];
  /** What the roles grant by `request.max_duration`; undefined: none of them does. */
  readonly grantedMs: number | undefined;
  readonly rules: RequestVersionRules;
}

/** Ends of the access, of its certificates and of the request itself (auth-api.md 11.2). */
export function timesOf(draft: Draft, limits: TimeLimits): Times {
  const { createdMs, rules } = limits;
  const maxDuration = durationOf(draft, limits);
  const longest = Math.min(
    createdMs + maxSessionMs,
    limits.certificateEndMs,
    maxDuration ?? Number.POSITIVE_INFINITY,
    ...limits.requestedRoles.map((role) => createdMs + (role.maxSessionTtlMs ?? Number.POSITIVE_INFINITY)),
  );
  const sessionTtlMs = sessionOf(draft, longest, limits);
  const accessExpiryMs = maxDuration ?? sessionTtlMs;
  const pending = pendingOf(draft, accessExpiryMs, createdMs, rules);
  return { accessExpiryMs, maxDurationMs: accessExpiryMs, sessionTtlMs, objectExpiryMs: pending };
}

function durationOf(draft: Draft, { createdMs, grantedMs, rules }: TimeLimits): number | undefined {
  if (rules.maxDurationMs === undefined) return undefined;
  const asked = draft.dryRun ? undefined : draft.maxDurationMs;
  if (asked !== undefined && asked <= createdMs)
    throw invalid('invalid maxDuration: must be greater than creation time');
  if (asked !== undefined && asked - createdMs > rules.maxDurationMs)
    throw invalid(`max_duration must be less than or equal to ${formatDuration(rules.maxDurationMs)}`);
  if (grantedMs === undefined) return undefined;
  const granted = createdMs + Math.min(grantedMs, rules.maxDurationMs);
  return asked === undefined ? granted : Math.min(asked, granted);
}

function sessionOf(draft: Draft, longest: number, { createdMs, rules }: TimeLimits): number {
  const asked = draft.accessExpiryMs;
  if (asked === undefined) return longest;
  if (asked <= createdMs) throw invalid('invalid session TTL: the requested end is in the past');
  if (asked > longest && !rules.cutsExpiry) {
    const [given, most] = [asked - createdMs, longest - createdMs].map(formatDuration);
    throw invalid(`invalid session TTL: ${given} greater than maximum allowed (${most})`);
  }
  return Math.min(asked, longest);
}

function pendingOf(draft: Draft, accessExpiry: number, createdMs: number, rules: RequestVersionRules) {
  const asked = draft.objectExpiryMs;
  if (asked === undefined) return Math.min(accessExpiry, createdMs + rules.defaultPendingMs);
  if (asked <= createdMs) throw invalid('invalid request TTL: the requested end is in the past');
  for (const most of [rules.maxPendingMs, accessExpiry - createdMs]) {
    if (asked - createdMs <= most) continue;
    if (rules.cutsExpiry && !rules.resourceExpiry) return createdMs + most;
    throw invalid(
      `invalid request TTL: ${formatDuration(asked - createdMs)} greater than maximum allowed (${formatDuration(most)})`,
    );
  }
  return asked;
}

/** The smallest of what each requested role may last; of several blocks that name one role the largest counts. */
export function grantedDuration(
  staticRoles: readonly Role[],
  traits: Traits,
  requested: readonly string[],
  isResourceRequest: boolean,
): number | undefined {
  const perRole = requested.map((name) => {
    const granted = staticRoles
      .filter(({ request }) =>
        isResourceRequest ? request?.searchAsRoles?.includes(name) : namesRole(request, traits, name),
      )
      .map(({ request }) => request?.maxDurationMs ?? 0);
    return Math.max(0, ...granted);
  });
  const set = perRole.filter((duration) => duration > 0);
  return set.length === 0 ? undefined : Math.min(...set);
}

/** When an approved request may first be assumed. */
export function checkStart(start: number | undefined, createdMs: number, accessExpiryMs: number): void {
  if (start === undefined) return;
  const instant = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  if (start < createdMs) throw invalid(`assume start time has to be after ${instant(createdMs)}`);
  if (start >= accessExpiryMs)
    throw invalid(`assume start time must be prior to access expiry time at ${instant(accessExpiryMs)}`);
  if (accessExpiryMs - createdMs > maxStartDelayMs && start - createdMs > maxStartDelayMs)
    throw invalid(`assume start time must be before ${instant(createdMs + maxStartDelayMs)}`);
}

/** Go's text of a duration: `11h52m0s`, `1m30.5s`. */
export function formatDuration(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
