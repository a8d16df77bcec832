import type { ClaimMapping, Traits } from './conditions.ts';

/** Whether a literal, a glob with `*`, or a regular expression in `^…$` stands for the name. */
export function matchesName(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (pattern.startsWith('^') && pattern.endsWith('$')) return patternOf(pattern)?.test(name) ?? false;
  if (!pattern.includes('*')) return false;
  const glob = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return patternOf(`^${glob.join('.*')}$`)?.test(name) ?? false;
}

function patternOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 's');
  } catch {
    return undefined;
  }
}

export function matchesAny(patterns: readonly string[] | undefined, name: string): boolean {
  return (patterns ?? []).some((pattern) => matchesName(pattern, name));
}

/** Role patterns that a person's traits bring. */
export function rolesOfClaims(mappings: readonly ClaimMapping[] | undefined, traits: Traits): string[] {
  return (mappings ?? []).flatMap(({ claim, value, roles }) =>
    (traits[claim] ?? []).some((trait) => matchesName(value, trait)) ? roles : [],
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
