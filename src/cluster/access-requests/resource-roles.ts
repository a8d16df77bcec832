import { invalid, unimplemented } from '../refusal.ts';
import { loginsFor, type Role, rolesFor } from '../roles.ts';
import type { Directory } from './directory.ts';
import { formatResourceId, isInsideKubernetes, type ResourceId } from './model.ts';

const listedKinds = new Set(['node', 'db', 'app', 'kube_cluster', 'windows_desktop']);
/** Kinds that may be asked for although this cluster has none of them. */
const foreignKinds = new Set(['user_group', 'saml_idp_service_provider', 'git_server']);

/** Whether the role opens the resource, with this login when one is named. */
export function opens(directory: Directory, role: Role, id: ResourceId, login: string): boolean {
  const resource = directory.resourceOf(id);
  if (!resource) return false;
  if (resource.kind !== 'node') return rolesFor([role], resource.kind, resource.labels).length > 0;
  const logins = loginsFor([role], resource.labels);
  return login === '' ? logins.length > 0 : logins.includes(login);
}

/** Those of `available` that open at least one of the resources; with a login the one role that gives the fewest. */
export function rolesForResources(
  directory: Directory,
  available: readonly string[],
  ids: readonly ResourceId[],
  login: string,
): string[] {
  const unknown = ids.find(
    ({ kind }) => !listedKinds.has(kind) && !foreignKinds.has(kind) && !isInsideKubernetes(kind),
  );
  if (unknown) throw unimplemented(`${unknown.kind} not implemented at ListResources`);
  if (ids.some((id) => id.clusterName !== directory.clusterName)) return [...available];
  const roles = directory
    .allRoles()
    .filter((role) => available.includes(role.name) && ids.some((id) => opens(directory, role, id, login)));
  if (roles.length === 0) throw nothingOpens(available, ids, login);
  if (login === '') return roles.map((role) => role.name);
  return leastLogins(directory, roles, ids, login);
}

function leastLogins(
  directory: Directory,
  roles: readonly Role[],
  ids: readonly ResourceId[],
  login: string,
): string[] {
  const chosen = new Set<string>();
  for (const id of ids) {
    const [best] = roles
      .filter((role) => opens(directory, role, id, login))
      .sort((a, b) => a.logins.length - b.logins.length);
    if (best) chosen.add(best.name);
  }
  return [...chosen];
}

function nothingOpens(available: readonly string[], ids: readonly ResourceId[], login: string) {
  const texts = JSON.stringify(ids.map(formatResourceId));
  return invalid(
    `no roles configured in the "search_as_roles" for this user allow access to any requested resources. The user may already have access to all requested resources with their existing roles. resources: ${texts} roles: [${available.join(' ')}] login: ${JSON.stringify(login)}`,
  );
}
