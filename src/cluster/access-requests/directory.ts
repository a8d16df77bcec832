import type { Labels, LabelledKind, Role } from '../roles.ts';
import type { Traits } from './conditions.ts';
import type { ResourceId } from './model.ts';

/** What the semantics of access requests must know about the cluster. */
export interface Directory {
  readonly clusterName: string;
  isKnownCluster(name: string): boolean;
  allRoles(): readonly Role[];
  /** Roles of the user record, without what was assumed. */
  staticRolesOf(user: string): readonly Role[];
  traitsOf(user: string): Traits;
  /** Kind and labels of what an id names; undefined when there is no such resource. */
  resourceOf(id: ResourceId): { readonly kind: LabelledKind; readonly labels: Labels } | undefined;
}

/** Who calls: the name, the roles of the certificate (assumed ones included), and its end. */
export interface Requester {
  readonly userName: string;
  readonly roles: readonly Role[];
  readonly certificateEndMs: number;
  readonly activeRequests: readonly string[];
}

/** Whether roles let their holder do `verb` with resources of a kind; deny beats allow. */
export function mayDo(roles: readonly Role[], kind: string, verb: string): boolean {
  const covers = (rule: { readonly resources: readonly string[]; readonly verbs: readonly string[] }) =>
    (rule.resources.includes(kind) || rule.resources.includes('*')) &&
    (rule.verbs.includes(verb) || rule.verbs.includes('*'));
  return (
    roles.some((role) => role.rules?.some(covers)) && !roles.some((role) => role.denyRules?.some(covers))
  );
}

/** Whether a deny rule names the verb, which is more than not being allowed it. */
export function isForbidden(roles: readonly Role[], kind: string, verb: string): boolean {
  return roles.some((role) =>
    role.denyRules?.some(
      (rule) =>
        (rule.resources.includes(kind) || rule.resources.includes('*')) &&
        (rule.verbs.includes(verb) || rule.verbs.includes('*')),
    ),
  );
}
