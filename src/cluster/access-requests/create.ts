import { randomUUID } from 'node:crypto';
import { denied, invalid, notFound } from '../refusal.ts';
import type { Role } from '../roles.ts';
import { type Directory, mayDo, type Requester } from './directory.ts';
import { allowsKubernetesKinds, mayRequest, requestableRoles } from './requestable.ts';
import {
  type AccessRequest,
  type Draft,
  formatResourceId,
  hasValidSubResource,
  isInsideKubernetes,
} from './model.ts';
import { rolesForResources } from './resource-roles.ts';
import { thresholdsFor } from './thresholds.ts';
import { checkStart, grantedDuration, timesOf } from './times.ts';
import type { RequestVersionRules } from './version-rules.ts';

const maxReasonBytes = 4_096;
const maxResources = 300;
const maxResourceText = 2_048;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface CreationContext {
  readonly directory: Directory;
  readonly rules: RequestVersionRules;
  readonly nowMs: number;
}

/** Checks a draft in the order of auth-api.md 11.1 and fills it in. Stores nothing. */
export function createRequest(context: CreationContext, caller: Requester, draft: Draft): AccessRequest {
  const { directory, rules, nowMs } = context;
  checkShape(draft);
  checkClusters(directory, draft);
  checkCreator(caller, draft);
  const staticRoles = directory.staticRolesOf(draft.user);
  const isResourceRequest = draft.resourceIds.length > 0;
  checkReason(context, staticRoles, draft);
  const roles = rolesOf(context, staticRoles, draft);
  const traits = directory.traitsOf(draft.user);
  const { thresholds, roleThresholds, annotations } = thresholdsFor(staticRoles, traits, roles);
  const times = timesOf(draft, {
    createdMs: nowMs,
    certificateEndMs: caller.certificateEndMs,
    requestedRoles: directory.allRoles().filter((role) => roles.includes(role.name)),
    grantedMs: grantedDuration(staticRoles, traits, roles, isResourceRequest),
    rules,
  });
  checkStart(draft.assumeStartMs, nowMs, times.accessExpiryMs);
  return {
    ...times,
    id: rules.serverMadeIds ? timedUuid(nowMs) : draft.id,
    user: draft.user,
    roles,
    state: draft.state,
    createdMs: nowMs,
    assumeStartMs: draft.assumeStartMs,
    requestReason: draft.requestReason,
    resolveReason: draft.resolveReason,
    systemAnnotations: annotations,
    resolveAnnotations: {},
    thresholds,
    roleThresholds,
    reviews: [],
    suggestedReviewers:
      draft.suggestedReviewers.length > 0 ? draft.suggestedReviewers : suggestedReviewers(staticRoles),
    resourceIds: draft.resourceIds,
    loginHint: draft.loginHint,
    revision: randomUUID(),
  };
}

function checkShape(draft: Draft): void {
  if (draft.id === '') throw invalid('missing parameter Name');
  if (!uuid.test(draft.id)) throw invalid(`invalid access request ID "${draft.id}"`);
  if (Buffer.byteLength(draft.requestReason) > maxReasonBytes)
    throw invalid(`access request reason is too long, max ${maxReasonBytes} bytes`);
  if (Buffer.byteLength(draft.resolveReason) > maxReasonBytes)
    throw invalid(`access request resolve reason is too long, max ${maxReasonBytes} bytes`);
  if (draft.resourceIds.length > maxResources)
    throw invalid(
      `access request contains too many resources (${draft.resourceIds.length}), max ${maxResources}`,
    );
  if (draft.roles.length === 0 && draft.resourceIds.length === 0)
    throw invalid('access request does not specify any roles or resources');
  if (draft.state === 'pending' && (draft.resolveReason !== '' || draft.hasResolveAnnotations))
    throw invalid('a pending access request cannot have a resolve reason or annotations');
}

function checkClusters(directory: Directory, draft: Draft): void {
  const unknown = draft.resourceIds
    .map((id) => id.clusterName)
    .filter((name) => !directory.isKnownCluster(name));
  if (unknown.length > 0)
    throw notFound(
      `access request contains invalid or unknown cluster names: ${[...new Set(unknown)].join(', ')}`,
    );
}

function checkCreator(caller: Requester, draft: Draft): void {
  const isOwn = draft.user === caller.userName;
  if (isOwn && draft.state === 'pending') return;
  if (isOwn || !mayDo(caller.roles, 'access_request', 'create'))
    throw denied('access denied to perform action "create" on "access_request"');
}

function checkReason(context: CreationContext, staticRoles: readonly Role[], draft: Draft): void {
  if (draft.dryRun || draft.requestReason.trim() !== '') return;
  if (staticRoles.some((role) => role.requestAccess === 'reason'))
    throw invalid('request reason must be specified (required request_access option in one of the roles)');
  const role = roleThatNeedsReason(context, staticRoles, draft);
  if (role !== undefined) throw invalid(`request reason must be specified (required for role "${role}")`);
}

/** The first requested role for which a block with a required reason lets the user ask. */
export function roleThatNeedsReason(
  { directory, rules }: Pick<CreationContext, 'directory' | 'rules'>,
  staticRoles: readonly Role[],
  draft: Pick<Draft, 'roles' | 'resourceIds' | 'user'>,
): string | undefined {
  if (!rules.reasonModes) return undefined;
  const strict = staticRoles.filter((role) => role.request?.reasonMode === 'required');
  if (strict.length === 0) return undefined;
  const asked =
    draft.resourceIds.length > 0 && draft.roles.length === 0
      ? staticRoles.flatMap((role) => role.request?.searchAsRoles ?? [])
      : draft.roles.includes('*')
        ? requestableRoles(directory, draft.user)
        : draft.roles;
  const traits = directory.traitsOf(draft.user);
  return asked.find((name) => mayRequest(strict, traits, name, draft.resourceIds.length > 0));
}

function rolesOf(context: CreationContext, staticRoles: readonly Role[], draft: Draft): string[] {
  const { directory } = context;
  if (draft.resourceIds.length > 0) return resourceRolesOf(context, staticRoles, draft);
  if (draft.roles.length === 1 && draft.roles[0] === '*') {
    const all = requestableRoles(directory, draft.user);
    if (all.length === 0) throw invalid(`user "${draft.user}" can not request any role`);
    return all;
  }
  const traits = directory.traitsOf(draft.user);
  const known = new Set(directory.allRoles().map((role) => role.name));
  for (const name of draft.roles)
    if (!known.has(name) || !mayRequest(staticRoles, traits, name, false))
      throw cannotRequest(draft.user, name);
  return sorted(draft.roles);
}

function resourceRolesOf(
  { directory, rules }: CreationContext,
  staticRoles: readonly Role[],
  draft: Draft,
): string[] {
  const bad = draft.resourceIds.find((id) => !hasValidSubResource(id));
  if (bad) throw invalid(`invalid resource ID "${formatResourceId(bad)}"`);
  const texts = draft.resourceIds.map(formatResourceId);
  if (texts.reduce((sum, text) => sum + text.length, 0) > maxResourceText)
    throw invalid(`the resource IDs of an access request are longer than ${maxResourceText} bytes together`);
  const searchable = searchableRoles(directory, staticRoles, draft.user);
  const available = rules.kubernetesKinds ? forKinds(staticRoles, searchable, draft) : searchable;
  if (available.length === 0) {
    if (!rules.serverMadeIds)
      throw invalid('user attempted a resource request but does not have any "search_as_roles"');
    throw noSearchRoles(draft.user);
  }
  for (const name of draft.roles) if (!available.includes(name)) throw cannotRequest(draft.user, name);
  if (draft.roles.length > 0) return sorted(draft.roles);
  return sorted(rolesForResources(directory, available, draft.resourceIds, draft.loginHint));
}

/** Those roles that may be used for what is asked for inside Kubernetes clusters, or for a whole one. */
function forKinds(
  staticRoles: readonly Role[],
  searchable: readonly string[],
  draft: Draft,
): readonly string[] {
  const kinds = draft.resourceIds
    .map(({ kind }) => kind)
    .filter((kind) => kind === 'kube_cluster' || isInsideKubernetes(kind));
  const usable = searchable.filter((name) => allowsKubernetesKinds(staticRoles, name, kinds));
  if (searchable.length > 0 && usable.length === 0)
    throw invalid(
      `the "request.kubernetes_resources" of the roles of user "${draft.user}" do not allow these kinds: ${[...new Set(kinds)].join(', ')}`,
    );
  return usable;
}

/** Roles that requests for resources may use: named literally, existing, in no deny list. */
export function searchableRoles(directory: Directory, staticRoles: readonly Role[], user: string): string[] {
  const traits = directory.traitsOf(user);
  return directory
    .allRoles()
    .map((role) => role.name)
    .filter((name) => mayRequest(staticRoles, traits, name, true));
}

export function noSearchRoles(user: string) {
  return denied(`Resource Access Requests require usable "search_as_roles", none found for user "${user}"`);
}

function cannotRequest(user: string, role: string) {
  return invalid(`user "${user}" can not request role "${role}"`);
}

export function suggestedReviewers(staticRoles: readonly Role[]): string[] {
  return sorted(staticRoles.flatMap((role) => role.request?.suggestedReviewers ?? []));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/** A UUID of version 7 (RFC 9562): sorts by time. */
function timedUuid(nowMs: number): string {
  const random = randomUUID();
  const time = nowMs.toString(16).padStart(12, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
