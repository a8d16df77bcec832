import type { Permission } from '../../shared/contract/access-requests.ts';
import type { AccessRequest } from '../protocol/codec/access-request.ts';
import type { RoleV6 } from '../protocol/codec/gen/types/types_pb.js';

interface Rule {
  readonly patterns: readonly string[];
  /** Depends on the server's own language or on claims: the app cannot know. */
  readonly isConditional: boolean;
}

/** What a person may review, as far as their roles tell (auth-api.md 11.3). */
export interface ReviewRights {
  readonly allow: readonly Rule[];
  readonly deny: readonly Rule[];
}

export function reviewRightsOf(roles: readonly RoleV6[], assumedRoles: ReadonlySet<string>): ReviewRights {
  // Servers look at a reviewer's own roles, never at assumed ones.
  const own = roles.filter((role) => !assumedRoles.has(role.metadata?.name ?? ''));
  const rules = (side: 'allow' | 'deny') =>
    own.flatMap((role): Rule[] => {
      const conditions = role.spec?.[side]?.reviewRequests;
      if (!conditions) return [];
      const { roles: patterns, claimsToRoles, where } = conditions;
      const direct = patterns.length > 0 ? [{ patterns, isConditional: where !== '' }] : [];
      const claimed = claimsToRoles.map((claim) => ({ patterns: claim.roles, isConditional: true }));
      return [...direct, ...claimed];
    });
  return { allow: rules('allow'), deny: rules('deny') };
}

export function mayReviewAnything(rights: ReviewRights): boolean {
  return rights.allow.length > 0;
}

const no = (reason: string): Permission => ({ answer: 'no', reason });
const yes: Permission = { answer: 'yes', reason: '' };

/** `rights` undefined: the roles could not be read. */
export function mayReview(
  request: AccessRequest,
  userName: string,
  rights: ReviewRights | undefined,
): Permission {
  if (request.requester === userName) return no('Nobody reviews their own request.');
  if (request.state !== 'pending') return no('It is decided.');
  if (request.reviews.some((review) => review.author === userName)) return no('You have reviewed it.');
  if (!rights) return { answer: 'unknown', reason: 'Your roles could not be read.' };
  const roles = request.roles;
  if (roles.some((role) => rights.deny.some((rule) => !rule.isConditional && matches(rule, role))))
    return no('One of your roles forbids reviewing these roles.');
  const candidates = roles.map((role) => rights.allow.filter((rule) => matches(rule, role)));
  if (candidates.some((rules) => rules.length === 0)) return no('None of your roles may review these roles.');
  const isSure =
    candidates.every((rules) => rules.some((rule) => !rule.isConditional)) &&
    !roles.some((role) => rights.deny.some((rule) => matches(rule, role)));
  return isSure
    ? yes
    : { answer: 'unknown', reason: 'It depends on a condition that the cluster alone can decide.' };
}

function matches(rule: Rule, role: string): boolean {
  return rule.patterns.some((pattern) => matchesPattern(pattern, role));
}

/** Literal, glob with `*`, or a regular expression between `^` and `$` (auth-api.md 11.1). */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === name || pattern === '*') return true;
  const isExpression = pattern.startsWith('^') && pattern.endsWith('$');
  if (!isExpression && !pattern.includes('*')) return false;
  const source = isExpression
    ? pattern
    : `^${pattern
        .split('*')
        .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*')}$`;
  try {
    return name.length <= 500 && new RegExp(source, 's').test(name);
  } catch {
    return false;
  }
}
