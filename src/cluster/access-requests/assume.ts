import { denied, invalid, notFound } from '../refusal.ts';
import type { Role } from '../roles.ts';
import type { Directory } from './directory.ts';
import type { AccessRequest, ResourceId } from './model.ts';
import { mayRequest } from './requestable.ts';

/** What the certificate of a caller says about assumed requests. */
export interface Holder {
  readonly userName: string;
  readonly roles: readonly Role[];
  readonly activeRequests: readonly string[];
}

export interface Assumed {
  readonly roles: readonly Role[];
  readonly activeRequests: readonly string[];
  readonly allowedResources: readonly ResourceId[];
  /** The certificate ends no later than any of the requests. */
  readonly endMs: number;
}

export interface AssumeContext {
  readonly directory: Directory;
  readonly find: (id: string) => AccessRequest | undefined;
  readonly nowMs: number;
  /** The community edition creates requests for resources and then refuses to assume them. */
  readonly resourcesCanBeAssumed: boolean;
}

/**
 * Roles and resources of the next certificate (auth-api.md 11.6). Requests that the present certificate carries are
 * checked again each time.
 */
export function assumeRequests(
  context: AssumeContext,
  holder: Holder,
  wanted: { readonly assume: readonly string[]; readonly drop: readonly string[] },
): Assumed {
  const { directory, nowMs } = context;
  const roles = directory.staticRolesOf(holder.userName);
  const isDroppingAll = wanted.drop.length === 1 && wanted.drop[0] === '*';
  if (isDroppingAll) return nothing(roles);
  const ids = [...new Set([...holder.activeRequests, ...wanted.assume])].filter(
    (id) => !wanted.drop.includes(id),
  );
  if (ids.length === 0)
    return wanted.drop.length > 0 || holder.activeRequests.length > 0
      ? nothing(roles)
      : nothing(holder.roles);
  const requests = ids.map((id) => checkOne(context, holder.userName, id, nowMs));
  const withResources = requests.filter((request) => request.resourceIds.length > 0);
  if (withResources.length > 0 && !context.resourcesCanBeAssumed)
    throw denied('resource access requests: this feature requires Teleport Enterprise');
  if (withResources.length > 1)
    throw invalid('only one of the access requests that are assumed together may be for resources');
  const names = new Set(requests.flatMap((request) => request.roles));
  const held = new Set(roles.map((role) => role.name));
  const granted = directory.allRoles().filter((role) => names.has(role.name) && !held.has(role.name));
  return {
    roles: [...roles, ...granted],
    activeRequests: ids,
    allowedResources: withResources[0]?.resourceIds ?? [],
    endMs: Math.min(...requests.map((request) => request.accessExpiryMs)),
  };
}

function nothing(roles: readonly Role[]): Assumed {
  return { roles, activeRequests: [], allowedResources: [], endMs: Number.POSITIVE_INFINITY };
}

function checkOne(context: AssumeContext, user: string, id: string, nowMs: number): AccessRequest {
  const request = context.find(id);
  if (!request) throw notFound(`access request "${id}" not found`);
  if (request.user !== user) throw denied(`access request "${id}" belongs to another user`);
  if (request.state === 'pending') throw denied(`access request "${id}" is awaiting approval`);
  if (request.state === 'denied') throw denied(`access request "${id}" has been denied`);
  if (request.state !== 'approved') throw denied(`access request "${id}" is not approved`);
  checkStillAllowed(context.directory, request);
  if (request.accessExpiryMs <= nowMs) throw invalid(`access request "${id}" has expired`);
  if (request.assumeStartMs !== undefined && request.assumeStartMs > nowMs)
    throw invalid(`access request "${id}" can not be assumed until ${goTime(request.assumeStartMs)}`);
  return request;
}

/** A request that an administrator's new roles would refuse today cannot be used any more. */
function checkStillAllowed(directory: Directory, request: AccessRequest): void {
  const roles = directory.staticRolesOf(request.user);
  const traits = directory.traitsOf(request.user);
  const known = new Set(directory.allRoles().map((role) => role.name));
  const isForResources = request.resourceIds.length > 0;
  for (const name of request.roles)
    if (!known.has(name) || !mayRequest(roles, traits, name, isForResources))
      throw invalid(`user "${request.user}" can not request role "${name}"`);
}

/** Go's plain text of an instant: `2026-11-22 12:01:22 +0000 UTC`. */
function goTime(ms: number): string {
  return `${new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.\d*?)0*Z$/, '$1')
    .replace(/\.$/, '')} +0000 UTC`;
}
