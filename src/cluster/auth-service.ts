import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import {
  AuthService,
  ListResourcesResponseSchema,
  ListUnifiedResourcesResponseSchema,
} from '../main/protocol/codec/gen/auth/authservice_pb.js';
import { ClusterConfigService } from '../main/protocol/codec/gen/clusterconfig/clusterconfig_service_pb.js';
import { PresenceService } from '../main/protocol/codec/gen/presence/presence_service_pb.js';
import { TrustService } from '../main/protocol/codec/gen/trust/trust_service_pb.js';
import { UserV2Schema } from '../main/protocol/codec/gen/types/types_pb.js';
import { UsersService } from '../main/protocol/codec/gen/users/users_service_pb.js';
import { isAppError } from '../shared/errors/app-error.ts';
import { accessRequestRoutes } from './access-requests/routes.ts';
import { callerOf } from './caller-context.ts';
import type { Caller, ClusterCore } from './core.ts';
import { searchedRoles } from './access-requests/searched-roles.ts';
import { grantCovers } from './grant.ts';
import { type ClusterResource, type InventoryQuery, toPaginatedResource } from './inventory.ts';
import { mfaRoutes } from './mfa/routes.ts';
import { unimplemented } from './refusal.ts';
import { toRoleMessage } from './role-message.ts';
import { loginsFor } from './roles.ts';
import { generateUserCerts } from './user-certs.ts';
import { watchEvents } from './watch.ts';

const maxPage = 1000;
const singleKinds: Record<string, string> = {
  node: 'node',
  db_server: 'db',
  kube_cluster: 'kube_cluster',
  kube_server: 'kube_cluster',
  app_server: 'app',
  windows_desktop: 'windows_desktop',
};

/** The calls of client-calls.md 1, and those that older and newer clients make instead of them. */
export function authRoutes(core: ClusterCore): (router: ConnectRouter) => void {
  return (router) => {
    const { pose } = core;
    router.service(AuthService, {
      ...accessRequestRoutes(core),
      ...mfaRoutes(core),
      watchEvents: (request, context) => watchEvents(core, request, context),
      ping: () => ({
        clusterName: core.options.name,
        serverVersion: pose.serverVersion,
        serverFeatures: featuresOf(core),
        proxyPublicAddr: `localhost:${core.port()}`,
      }),
      getDomainName: () => ({ domainName: core.options.name }),
      getCurrentUser: (_request, context) => {
        if (pose.getUser) throw unimplemented('unknown method GetCurrentUser for service proto.AuthService');
        return userOf(callerOf(context));
      },
      async *getCurrentUserRoles(_request, context) {
        for (const role of callerOf(context).roles) yield toRoleMessage(role);
      },
      listUnifiedResources: (request, context) => {
        if (!pose.unifiedResources)
          throw unimplemented('unknown method ListUnifiedResources for service proto.AuthService');
        const caller = callerOf(context);
        const page = list(core, caller, {
          ...common(request),
          ...searchedRoles(core, caller, request),
          kinds: request.kinds,
          keywords: request.searchKeywords,
          sortBy: sortField(request.sortBy?.field ?? ''),
        });
        const withLogins = request.includeLogins && pose.includeLogins;
        return create(ListUnifiedResourcesResponseSchema, {
          resources: page.items.map((item) => {
            const message = toPaginatedResource(item.resource, withLogins ? item.logins : []);
            message.requiresRequest =
              request.includeRequestable && pose.includeLogins && item.requiresRequest;
            return message;
          }),
          nextKey: page.nextKey,
        });
      },
      listResources: (request, context) => {
        const kind = singleKinds[request.resourceType];
        if (kind === undefined) throw unimplemented(`listing of ${request.resourceType} is not supported`);
        if (core.options.refusedKinds?.includes(kind)) {
          throw new ConnectError(
            `access denied to perform action "list" on "${request.resourceType}"`,
            Code.PermissionDenied,
          );
        }
        const caller = callerOf(context);
        const page = list(core, caller, {
          ...common(request),
          ...searchedRoles(core, caller, request),
          kinds: [kind],
          keywords: request.searchKeywords,
          sortBy: 'name',
        });
        return create(ListResourcesResponseSchema, {
          resources: page.items.map((item) => toPaginatedResource(item.resource, [])),
          nextKey: page.nextKey,
        });
      },
      getSSHTargets: (request, context) => {
        const caller = callerOf(context);
        const found = [
          core.inventory.findNode(request.host),
          ...core.inventory.nodesNamed(request.host),
        ].filter((node): node is ClusterResource => node !== undefined && isReachable(core, caller, node));
        return {
          servers: found
            .map((node) => toPaginatedResource(node, []))
            .flatMap(({ resource }) => (resource.case === 'node' ? [resource.value] : [])),
        };
      },
      generateUserCerts: (request, context) => generateUserCerts(core, callerOf(context), request),
      createAppSession: (request, context) => {
        const caller = callerOf(context);
        if (request.username !== caller.userName)
          throw new ConnectError('access denied', Code.PermissionDenied);
        const { id } = core.appSessions.create(caller.userName, request.publicAddr, caller.validUntil);
        const session = {
          kind: 'web_session',
          subKind: 'app_session',
          version: 'v2',
          metadata: { name: id },
        };
        return { session };
      },
      getClusterAlerts: (_request, context) => {
        callerOf(context);
        return {};
      },
    });
    if (pose.trustService)
      router.service(TrustService, {
        getCertAuthorities: (request, context) => hostAuthorities(core, request.type, callerOf(context)),
      });
    if (pose.getUser) {
      router.service(UsersService, { getUser: (_request, context) => ({ user: userOf(callerOf(context)) }) });
      router.service(PresenceService, { listRemoteClusters: () => ({}) });
      router.service(ClusterConfigService, {
        getClusterName: () => ({
          kind: 'cluster_name',
          version: 'v2',
          spec: { clusterName: core.options.name, clusterId: core.clusterId },
        }),
      });
    }
  };
}

/** Below 16 single fields tell what the edition can, from 16 on the entitlements do. */
function featuresOf(core: ClusterCore) {
  const enabled = { enabled: true };
  const isEnterprise = core.edition === 'enterprise';
  return {
    kubernetes: true,
    app: true,
    db: true,
    advancedAccessWorkflows: isEnterprise,
    entitlements: core.pose.splitKeys
      ? { K8s: enabled, App: enabled, DB: enabled, AccessRequests: { enabled: isEnterprise } }
      : {},
  };
}

function userOf(caller: Caller) {
  return create(UserV2Schema, {
    kind: 'user',
    version: 'v2',
    metadata: { name: caller.userName },
    spec: { roles: caller.roles.map((role) => role.name), traits: {} },
  });
}

function hostAuthorities(core: ClusterCore, type: string, _caller: Caller) {
  const authority = type === 'user' ? core.userAuthority : core.hostAuthority;
  if (type !== 'host' && type !== 'user') return {};
  return {
    certAuthoritiesV2: [
      {
        kind: 'cert_authority',
        subKind: type,
        version: 'v2',
        metadata: { name: core.options.name },
        spec: {
          type,
          clusterName: core.options.name,
          activeKeys: {
            ssh: [{ publicKey: Buffer.from(authority.sshLine) }],
            tls: [{ cert: Buffer.from(authority.tls.pem) }],
          },
          additionalTrustedKeys: {},
        },
      },
    ],
  };
}

interface CommonRequest {
  readonly labels: Record<string, string>;
  readonly predicateExpression: string;
  readonly limit: number;
  readonly startKey: string;
  readonly sortBy?: { readonly isDesc: boolean } | undefined;
}

function common(request: CommonRequest) {
  return {
    labels: request.labels,
    predicate: request.predicateExpression,
    limit: request.limit > 0 ? Math.min(request.limit, maxPage) : maxPage,
    startKey: request.startKey,
    descending: request.sortBy?.isDesc ?? false,
  };
}

function sortField(field: string): 'name' | 'kind' {
  if (field === '' || field === 'name') return 'name';
  if (field === 'kind') return 'kind';
  throw unimplemented(`sorting by ${field} is not supported`);
}

function isReachable(core: ClusterCore, caller: Caller, node: ClusterResource): boolean {
  return (
    loginsFor(caller.roles, node.labels).length > 0 && grantCovers(caller.grant, core.options.name, node)
  );
}

function list(core: ClusterCore, caller: Caller, query: InventoryQuery) {
  try {
    const covers = (resource: ClusterResource) => grantCovers(caller.grant, core.options.name, resource);
    return core.inventory.list({ ...query, covers }, caller.roles);
  } catch (error) {
    if (isAppError(error))
      throw new ConnectError(
        error.message,
        error.message.startsWith('parsing') ? Code.Unknown : Code.InvalidArgument,
      );
    throw error;
  }
}
