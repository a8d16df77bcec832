import type { Role } from '../roles.ts';
import type { Traits } from './conditions.ts';
import type { Directory } from './directory.ts';
import { namesRole } from './matching.ts';

/** Whether these static roles let their holder ask for a role, for itself or to reach resources with it. */
export function mayRequest(
  staticRoles: readonly Role[],
  traits: Traits,
  name: string,
  forResources: boolean,
): boolean {
  const isDenied = staticRoles.some(
    ({ denyRequest }) =>
      namesRole(denyRequest, traits, name) || (forResources && denyRequest?.searchAsRoles?.includes(name)),
  );
  if (isDenied) return false;
  return staticRoles.some(({ request }) =>
    forResources ? request?.searchAsRoles?.includes(name) : namesRole(request, traits, name),
  );
}

/** Names of existing roles that the user may ask for and does not hold, sorted. */
export function requestableRoles(directory: Directory, user: string): string[] {
  const staticRoles = directory.staticRolesOf(user);
  const traits = directory.traitsOf(user);
  const held = new Set(staticRoles.map((role) => role.name));
  return directory
    .allRoles()
    .map((role) => role.name)
    .filter((name) => !held.has(name) && mayRequest(staticRoles, traits, name, false))
    .sort();
}

/**
 * Whether a role may be used for these kinds of Kubernetes resources: one of the blocks that name it for searching lets
 * them all through (auth-api.md 10, `kubernetes_resources`).
 */
export function allowsKubernetesKinds(
  staticRoles: readonly Role[],
  name: string,
  kinds: readonly string[],
): boolean {
  return staticRoles.some(({ request }) => {
    if (!request?.searchAsRoles?.includes(name)) return false;
    const allowed = request.kubernetesKinds ?? [];
    return allowed.length === 0 || allowed.includes('*') || kinds.every((kind) => allowed.includes(kind));
  });
}
