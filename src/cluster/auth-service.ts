import type { Http2ServerRequest } from 'node:http2';
import { create } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import type { TLSSocket } from 'node:tls';
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
import { isCaller, refusalOf } from './caller-status.ts';
import type { Caller, CallerCheck, ClusterCore } from './core.ts';
import { type InventoryQuery, toPaginatedResource } from './inventory.ts';
import { toRoleMessage } from './role-message.ts';
import { generateUserCerts } from './user-certs.ts';

const callerKey = createContextKey<CallerCheck>('no-certificate');
const maxPage = 1000;
const mfaNotRequired = 2;
const singleKinds: Record<string, string> = {
  node: 'node',
  db_server: 'db',
  kube_cluster: 'kube_cluster',
  kube_server: 'kube_cluster',
  app_server: 'app',
  windows_desktop: 'windows_desktop',
};

export function callerContext(core: ClusterCore, request: Http2ServerRequest) {
  const socket = request.stream.session?.socket as unknown as TLSSocket;
  return createContextValues().set(callerKey, core.checkCaller(socket));
}

/** The calls of client-calls.md 1, and those that older and newer clients make instead of them. */
export function authRoutes(core: ClusterCore): (router: ConnectRouter) => void {
  return (router) => {
    const { pose } = core;
    router.service(AuthService, {
      ping: () => ({
        clusterName: core.options.name,
        serverVersion: pose.serverVersion,
        serverFeatures: {},
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
        const page = list(core, callerOf(context), {
          ...common(request),
          kinds: request.kinds,
          keywords: request.searchKeywords,
          sortBy: sortField(request.sortBy?.field ?? ''),
        });
        const withLogins = request.includeLogins && pose.includeLogins;
        return create(ListUnifiedResourcesResponseSchema, {
          resources: page.items.map((item) =>
            toPaginatedResource(item.resource, withLogins ? item.logins : []),
          ),
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
        const page = list(core, callerOf(context), {
          ...common(request),
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
        const { roles } = callerOf(context);
        const found = [
          core.inventory.findNode(request.host),
          ...core.inventory.nodesNamed(request.host),
        ].filter((node) => node !== undefined);
        return {
          servers: found
            .map((node) => toPaginatedResource(node, []))
            .flatMap(({ resource }) =>
              resource.case === 'node' && roles.length > 0 ? [resource.value] : [],
            ),
        };
      },
      isMFARequired: (_request, context) => {
        callerOf(context);
        return { required: false, mfaRequired: mfaNotRequired };
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
      createAuthenticateChallenge: (_request, context) => {
        callerOf(context);
        return { mfaRequired: mfaNotRequired };
      },
      getAccessCapabilities: (_request, context) => {
        callerOf(context);
        return {};
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
          spec: { clusterName: core.options.name },
        }),
      });
    }
  };
}

function callerOf(context: HandlerContext): Caller {
  const check = context.values.get(callerKey);
  if (isCaller(check)) return check;
  const refusal = refusalOf(check);
  throw new ConnectError(refusal?.message ?? 'access denied', refusal?.code ?? Code.PermissionDenied);
}

function unimplemented(message: string): ConnectError {
  return new ConnectError(message, Code.Unimplemented);
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

function list(core: ClusterCore, caller: Caller, query: InventoryQuery) {
  try {
    return core.inventory.list(query, caller.roles);
  } catch (error) {
    if (isAppError(error))
      throw new ConnectError(
        error.message,
        error.message.startsWith('parsing') ? Code.Unknown : Code.InvalidArgument,
      );
    throw error;
  }
}
