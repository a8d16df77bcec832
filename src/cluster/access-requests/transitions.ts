import { randomUUID } from 'node:crypto';
import { denied, invalid, notFound } from '../refusal.ts';
import { mayDo, type Requester } from './directory.ts';
import type { AccessRequest, RequestState } from './model.ts';
import { checkStart } from './times.ts';

export interface StateChange {
  readonly state: RequestState | undefined;
  readonly reason: string;
  /** Empty: all roles stay. */
  readonly roles: readonly string[];
  readonly assumeStartMs?: number | undefined;
}

/** The request after an administrator's decision (auth-api.md 11.4). Stores nothing. */
export function changeState(
  caller: Requester,
  found: { readonly id: string; readonly request: AccessRequest | undefined },
  change: StateChange,
): AccessRequest {
  requireVerb(caller, 'update');
  const { request } = found;
  if (caller.activeRequests.length > 0)
    throw denied('access requests cannot be resolved while an assumed access request is in use');
  if (!request) throw notFound(`access request "${found.id}" not found`);
  if (request.user === caller.userName) throw denied('access requests of oneself cannot be resolved');
  if (change.state !== 'approved' && change.state !== 'denied')
    throw invalid('an access request can only be approved or denied');
  if (request.state === 'denied' && change.state === 'denied') return request;
  if (request.state === 'denied' || request.state === 'promoted')
    throw invalid(`the state of an access request that is ${request.state} cannot be changed`);
  const foreign = change.roles.find((role) => !request.roles.includes(role));
  if (foreign !== undefined) throw invalid(`role "${foreign}" is not a member of this request`);
  checkStart(change.assumeStartMs, request.createdMs, request.accessExpiryMs);
  const roles = change.roles.length > 0 ? [...new Set(change.roles)].sort() : request.roles;
  return {
    ...request,
    roles,
    roleThresholds: Object.fromEntries(
      Object.entries(request.roleThresholds).filter(([name]) => roles.includes(name)),
    ),
    state: change.state,
    resolveReason: change.reason,
    assumeStartMs: change.assumeStartMs ?? request.assumeStartMs,
    objectExpiryMs: change.state === 'approved' ? request.accessExpiryMs : request.objectExpiryMs,
    revision: randomUUID(),
  };
}

export function checkDelete(
  caller: Requester,
  found: { readonly id: string; readonly request: AccessRequest | undefined },
): void {
  requireVerb(caller, 'delete');
  if (!found.request) throw notFound(`access request "${found.id}" not found`);
}

/** Refuses who has no rule for the verb. */
export function requireVerb(caller: Requester, verb: string): void {
  if (!mayDo(caller.roles, 'access_request', verb))
    throw denied(`access denied to perform action "${verb}" on "access_request"`);
}
