import { matchesPattern } from '../../main/protocol/codec/role-pattern.ts';
import type { ClaimMapping, Traits } from './conditions.ts';

export function matchesAny(patterns: readonly string[] | undefined, name: string): boolean {
  return (patterns ?? []).some((pattern) => matchesPattern(pattern, name));
}

/** Role patterns that a person's traits bring. */
export function rolesOfClaims(mappings: readonly ClaimMapping[] | undefined, traits: Traits): string[] {
  return (mappings ?? []).flatMap(({ claim, value, roles }) =>
    (traits[claim] ?? []).some((trait) => matchesPattern(value, trait)) ? roles : [],
  );
}

/** Whether conditions name the role, directly or by a trait of the person. */
export function namesRole(
  conditions:
    | { readonly roles?: readonly string[]; readonly claimsToRoles?: readonly ClaimMapping[] }
    | undefined,
  traits: Traits,
  role: string,
): boolean {
  return (
    matchesAny(conditions?.roles, role) || matchesAny(rolesOfClaims(conditions?.claimsToRoles, traits), role)
  );
}
