import type { Directory } from './access-requests/directory.ts';
import { isInsideKubernetes } from './access-requests/model.ts';
import type { ClusterResourceKind, Inventory } from './inventory.ts';
import type { Role } from './roles.ts';
import type { UserDirectory } from './users.ts';

const listed: readonly string[] = [
  'node',
  'db',
  'app',
  'kube_cluster',
  'windows_desktop',
] satisfies ClusterResourceKind[];

/** What access requests know of the cluster. */
export function makeDirectory(
  options: { readonly name: string; readonly roles: readonly Role[] },
  users: UserDirectory,
  inventory: Inventory,
): Directory {
  return {
    clusterName: options.name,
    isKnownCluster: (name) => name === options.name,
    allRoles: () => options.roles,
    staticRolesOf: (user) => {
      const names = users.rolesOf(user);
      return options.roles.filter((role) => names.includes(role.name));
    },
    traitsOf: (user) => users.traitsOf(user),
    resourceOf: ({ clusterName, kind, name }) => {
      const listedKind = isInsideKubernetes(kind) ? 'kube_cluster' : kind;
      if (clusterName !== options.name || !listed.includes(listedKind)) return undefined;
      return inventory.find(listedKind as ClusterResourceKind, name);
    },
  };
}
