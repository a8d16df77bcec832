import { denied } from '../refusal.ts';
import { noSearchRoles, searchableRoles, suggestedReviewers } from './create.ts';
import { type Directory, mayDo, type Requester } from './directory.ts';
import type { ResourceId } from './model.ts';
import { requestableRoles } from './requestable.ts';
import { opens, rolesForResources } from './resource-roles.ts';
import type { RequestVersionRules } from './version-rules.ts';

export interface CapabilitiesQuery {
  /** Empty: the caller. */
  readonly user: string;
  readonly requestableRoles: boolean;
  readonly suggestedReviewers: boolean;
  readonly resourceIds: readonly ResourceId[];
  readonly login: string;
  readonly filterByResource: boolean;
}

export interface Capabilities {
  readonly requestableRoles: string[];
  readonly suggestedReviewers: string[];
  readonly applicableRolesForResources: string[];
  readonly requestPrompt: string;
  readonly requireReason: boolean;
  readonly autoRequest: boolean;
}

/** What a user may ask for, from the static roles (auth-api.md 11.5). */
export function capabilitiesOf(
  directory: Directory,
  rules: RequestVersionRules,
  caller: Requester,
  query: CapabilitiesQuery,
): Capabilities {
  const user = query.user === '' ? caller.userName : query.user;
  if (user !== caller.userName) checkMayAskAbout(caller);
  const roles = directory.staticRolesOf(user);
  const hasResources = query.resourceIds.length > 0;
  const applicable = hasResources ? applicableRoles(directory, user, query) : [];
  const asked = query.requestableRoles ? requestableRoles(directory, user) : [];
  const isUseful = (name: string) =>
    directory
      .allRoles()
      .some(
        (role) =>
          role.name === name && query.resourceIds.some((id) => opens(directory, role, id, query.login)),
      );
  const askers = roles.filter((role) => role.request !== undefined);
  return {
    requestableRoles: query.filterByResource && hasResources ? asked.filter(isUseful) : asked,
    suggestedReviewers: query.suggestedReviewers ? suggestedReviewers(roles) : [],
    applicableRolesForResources: applicable,
    requestPrompt: rules.reasonCapabilities
      ? (roles.find((role) => (role.requestPrompt ?? '') !== '')?.requestPrompt ?? '')
      : '',
    requireReason:
      rules.reasonCapabilities &&
      (roles.some((role) => role.requestAccess === 'reason') ||
        (rules.reasonModes && askers.some((role) => role.request?.reasonMode === 'required'))),
    autoRequest:
      rules.reasonCapabilities &&
      roles.some((role) => role.requestAccess === 'always' || role.requestAccess === 'reason'),
  };
}

function checkMayAskAbout(caller: Requester): void {
  const needed = [
    ['user', 'read'],
    ['role', 'list'],
    ['role', 'read'],
  ] as const;
  for (const [kind, verb] of needed)
    if (!mayDo(caller.roles, kind, verb))
      throw denied(`access denied to perform action "${verb}" on "${kind}"`);
}

function applicableRoles(directory: Directory, user: string, query: CapabilitiesQuery): string[] {
  const available = searchableRoles(directory, directory.staticRolesOf(user), user);
  if (available.length === 0) throw noSearchRoles(user);
  return rolesForResources(directory, available, query.resourceIds, query.login).sort();
}
