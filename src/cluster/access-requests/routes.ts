import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { AuthService } from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import { callerOf } from '../caller-context.ts';
import type { Caller, ClusterCore } from '../core.ts';
import { requireAdminAction } from '../mfa/admin-action.ts';
import { notFound, unimplemented } from '../refusal.ts';
import type { Role } from '../roles.ts';
import { roleThatNeedsReason } from './create.ts';
import type { Requester } from './directory.ts';
import { draftOf, filterOf, queryOf, reviewOf, sortOf, stateOf, timeOf, toMessage } from './messages.ts';
import type { Draft } from './model.ts';
import { requireVerb } from './transitions.ts';
import { pageOf } from './visibility.ts';

const maxPage = 1_000;

export function requesterOf(caller: Caller): Requester {
  return {
    userName: caller.userName,
    roles: caller.roles,
    certificateEndMs: caller.validUntil.getTime(),
    activeRequests: caller.grant.activeRequests,
  };
}

type Methods =
  | 'createAccessRequest'
  | 'createAccessRequestV2'
  | 'getAccessRequests'
  | 'getAccessRequestsV2'
  | 'listAccessRequests'
  | 'submitAccessReview'
  | 'setAccessRequestState'
  | 'deleteAccessRequest'
  | 'getAccessCapabilities'
  | 'getAccessRequestAllowedPromotions';

/** The calls of auth-api.md 10. */
export function accessRequestRoutes(core: ClusterCore): Pick<ServiceImpl<typeof AuthService>, Methods> {
  const { requests } = core;
  const { rules } = requests;
  const requester = (context: HandlerContext) => requesterOf(callerOf(context));
  return {
    createAccessRequest: (message, context) => {
      const caller = requester(context);
      if (rules.serverMadeIds) refuseOldCreate(core);
      requests.create(caller, draftOf(message));
      return {};
    },
    createAccessRequestV2: async (message, context) => {
      requests.require(rules.serverMadeIds, 'CreateAccessRequestV2');
      const caller = requester(context);
      const draft = draftOf(message);
      if (draft.user !== caller.userName) await requireAdminAction(core.mfa, caller.userName, context);
      const request = requests.create(caller, draft);
      return toMessage(request, rules, draft.dryRun ? enrichmentOf(core, draft) : undefined);
    },
    getAccessRequests: (message, context) => {
      requests.require(!rules.serverMadeIds, 'GetAccessRequests');
      const found = requests.list(requester(context), filterOf(message));
      return { accessRequests: found.map((request) => toMessage(request, rules)) };
    },
    async *getAccessRequestsV2(message, context) {
      for (const request of requests.list(requester(context), filterOf(message)))
        yield toMessage(request, rules);
    },
    listAccessRequests: (message, context) => {
      requests.require(rules.listCall, 'ListAccessRequests');
      const found = requests.list(requester(context), filterOf(message.filter));
      const limit = message.limit > 0 ? Math.min(message.limit, maxPage) : maxPage;
      const sort = { field: sortOf(message.sort), descending: message.descending };
      const page = pageOf(found, sort, limit, message.startKey);
      return {
        accessRequests: page.requests.map((request) => toMessage(request, rules)),
        nextKey: page.nextKey,
      };
    },
    submitAccessReview: async (message, context) => {
      const caller = callerOf(context);
      await requireAdminAction(core.mfa, caller.userName, context);
      return toMessage(requests.review(caller.userName, message.requestId, reviewOf(message)), rules);
    },
    setAccessRequestState: async (message, context) => {
      const caller = callerOf(context);
      const change = {
        state: stateOf(message.state),
        reason: message.reason,
        roles: message.roles,
        assumeStartMs: timeOf(message.assumeStartTime),
      };
      requireVerb(requesterOf(caller), 'update');
      await requireAdminAction(core.mfa, caller.userName, context);
      requests.changeState(requesterOf(caller), message.id, change);
      return {};
    },
    deleteAccessRequest: async (message, context) => {
      const caller = callerOf(context);
      requireVerb(requesterOf(caller), 'delete');
      await requireAdminAction(core.mfa, caller.userName, context);
      requests.delete(requesterOf(caller), message.id);
      return {};
    },
    getAccessCapabilities: (message, context) => requests.capabilities(requester(context), queryOf(message)),
    getAccessRequestAllowedPromotions: (message, context) => {
      requests.require(rules.promotions, 'GetAccessRequestAllowedPromotions');
      const caller = requester(context);
      const filter = { ...filterOf(undefined), id: message.accessRequestId };
      if (message.accessRequestId === '' || requests.list(caller, filter).length === 0)
        throw notFound('access request not found');
      return { allowedPromotions: {} };
    },
  };
}

function refuseOldCreate(core: ClusterCore): never {
  if (core.pose.getUser)
    throw unimplemented('unknown method CreateAccessRequest for service proto.AuthService');
  throw unimplemented('access request creation API has changed, please update your client to v14 or newer');
}

/** What a dry run tells about the reason. */
function enrichmentOf(core: ClusterCore, draft: Draft) {
  const { requests } = core;
  const roles: readonly Role[] = requests.directory.staticRolesOf(draft.user);
  const isRequired =
    roles.some((role) => role.requestAccess === 'reason') ||
    roleThatNeedsReason(requests, roles, draft) !== undefined;
  return {
    reasonMode: isRequired ? 'required' : 'optional',
    reasonPrompts: [...new Set(roles.flatMap((role) => role.requestPrompt ?? []))].sort(),
  };
}
