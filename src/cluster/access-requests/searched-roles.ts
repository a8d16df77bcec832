import type { Caller, ClusterCore } from '../core.ts';
import type { Role } from '../roles.ts';
import { searchableRoles } from './create.ts';

interface SearchOptions {
  readonly useSearchAsRoles: boolean;
  readonly usePreviewAsRoles?: boolean;
  readonly includeRequestable?: boolean;
}

/** Further roles with which a caller may look at the resources of the cluster (auth-api.md 6.1). */
export function searchedRoles(
  core: ClusterCore,
  caller: Caller,
  options: SearchOptions,
): { readonly searchedRoles: readonly Role[] } {
  const { directory } = core.requests;
  const staticRoles = directory.staticRolesOf(caller.userName);
  const names = new Set([
    ...(options.useSearchAsRoles || options.includeRequestable
      ? searchableRoles(directory, staticRoles, caller.userName)
      : []),
    ...(options.usePreviewAsRoles
      ? staticRoles.flatMap((role) => role.reviewRequests?.previewAsRoles ?? [])
      : []),
  ]);
  return { searchedRoles: directory.allRoles().filter((role) => names.has(role.name)) };
}
