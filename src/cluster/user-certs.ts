import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import type { UserCertsRequest } from '../main/protocol/codec/gen/auth/authservice_pb.js';
import { isAppError } from '../shared/errors/app-error.ts';
import { formatResourceId } from './access-requests/model.ts';
import { answerOf } from './mfa/messages.ts';
import {
  type Caller,
  type ClusterCore,
  type Person,
  pemOf,
  type TunnelRoute,
  type UserKeys,
} from './core.ts';

// Numbers of auth-api.md 7.
const usage = { all: 0, ssh: 1, kubernetes: 2, database: 3, app: 4, desktop: 5 } as const;
const requester = { database: 1, kubernetes: 2, kubernetesHeadless: 3, app: 4 } as const;
const singleUse = 2;
const singleUseMs = 60_000;

/**
 * `GenerateUserCerts` (auth-api.md 7, tunnels.md 2). As on a real server issuing is no access check: databases and apps
 * that do not exist, or that the roles refuse, get their certificate and are refused when it is used.
 */
export async function generateUserCerts(core: ClusterCore, caller: Caller, request: UserCertsRequest) {
  const answer = core.mfa.rules.answerInRequest ? answerOf(request.mfaResponse) : undefined;
  if (request.purpose === singleUse && request.usage === usage.all)
    throw refuse(Code.InvalidArgument, 'single-use certificates cannot be issued for all purposes');
  const isSingleUse = request.purpose === singleUse;
  const device = answer && (await core.mfa.verifySession(caller.userName, answer, isSingleUse));
  return issueRequested(core, caller, request, device?.id ?? '');
}

/** The one certificate of a request whose second factor was confirmed before. */
export function generateSingleUse(
  core: ClusterCore,
  caller: Caller,
  request: UserCertsRequest,
  mfaDevice: string,
) {
  return issueRequested(core, caller, { ...request, purpose: singleUse }, mfaDevice);
}

async function issueRequested(
  core: ClusterCore,
  caller: Caller,
  request: UserCertsRequest,
  mfaDevice: string,
) {
  if (request.username !== caller.userName)
    throw refuse(Code.PermissionDenied, `access denied: user ${caller.userName} may not act for others`);
  const keys = keysOf(core, request);
  const assumed = core.requests.assume(
    { ...caller, activeRequests: caller.grant.activeRequests },
    { assume: request.accessRequests, drop: request.dropAccessRequests },
  );
  const now = core.now().getTime();
  const roleEnds = assumed.roles.map((role) => now + (role.maxSessionTtlMs ?? Number.POSITIVE_INFINITY));
  const expires = expiryOf(core, caller, request, Math.min(assumed.endMs, ...roleEnds));
  if (request.routeToCluster !== '' && request.routeToCluster !== core.options.name)
    throw refuse(Code.NotFound, `cluster ${request.routeToCluster} not found`);
  const route = routeOf(core, caller, request, expires);
  const person = {
    userName: caller.userName,
    roles: assumed.roles,
    grant: {
      activeRequests: assumed.activeRequests,
      allowedResources: assumed.allowedResources.map(formatResourceId),
      mfaDevice,
      previousEnd: request.purpose === singleUse ? caller.validUntil : undefined,
    },
  };
  const certificates = await issue(core, person, keys, {
    ttlMs: expires.getTime() - core.now().getTime(),
    route,
  });
  const isSingleUse = request.purpose === singleUse;
  const bytes = (text: string) => Buffer.from(text);
  return {
    ssh: bytes(isSingleUse && request.usage !== usage.ssh ? '' : certificates.ssh),
    tls: bytes(isSingleUse && request.usage === usage.ssh ? '' : certificates.tls),
    tlsCaCerts: isSingleUse ? [] : [bytes(core.hostAuthority.tls.pem)],
    sshCaCerts: isSingleUse ? [] : [bytes(core.hostAuthority.sshLine)],
  };
}

function refuse(code: Code, message: string): ConnectError {
  return new ConnectError(message, code);
}

/** Old servers take one key for both certificates, newer ones a key for each (versions.md 1). */
function keysOf(core: ClusterCore, request: UserCertsRequest): UserKeys {
  const text = (bytes: Uint8Array) => (bytes.length > 0 ? Buffer.from(bytes).toString('utf8') : undefined);
  try {
    const ssh = text(core.pose.splitKeys ? request.sshPublicKey : request.publicKey);
    const tls = core.pose.splitKeys ? text(request.tlsPublicKey) : ssh && pemOf(ssh);
    if (ssh === undefined && tls === undefined)
      throw refuse(Code.InvalidArgument, 'must provide a public key');
    return { ssh, tls };
  } catch (error) {
    if (isAppError(error)) throw refuse(Code.InvalidArgument, error.message);
    throw error;
  }
}

function expiryOf(core: ClusterCore, caller: Caller, request: UserCertsRequest, end: number): Date {
  const wanted = dateOf(request.expires);
  const now = core.now();
  if (!wanted || wanted <= now)
    throw refuse(Code.PermissionDenied, 'access denied: client credentials have expired, please relogin.');
  const limits = [wanted.getTime(), caller.validUntil.getTime(), end];
  if (request.purpose === singleUse && !isLocalProxy(request)) limits.push(now.getTime() + singleUseMs);
  return new Date(Math.min(...limits));
}

function dateOf(timestamp: Timestamp | undefined): Date | undefined {
  const date = timestamp && timestampDate(timestamp);
  return date && Number.isFinite(date.getTime()) ? date : undefined;
}

/** Local proxies keep one certificate for the whole session; everything else asks again (tunnels.md 2.3). */
function isLocalProxy(request: UserCertsRequest): boolean {
  switch (request.usage) {
    case usage.database:
      return request.requesterName === requester.database;
    case usage.kubernetes:
      return (
        request.requesterName === requester.kubernetes ||
        request.requesterName === requester.kubernetesHeadless
      );
    case usage.app:
      return request.requesterName === requester.app;
    default:
      return false;
  }
}

function routeOf(core: ClusterCore, caller: Caller, request: UserCertsRequest, expires: Date): TunnelRoute {
  const none = { usage: undefined, database: undefined, app: undefined, kubernetesCluster: '' } as const;
  switch (request.usage) {
    case usage.all:
      return none;
    case usage.ssh:
      if (request.nodeName === '') throw refuse(Code.InvalidArgument, 'missing NodeName field');
      return none;
    case usage.kubernetes:
      return { ...none, usage: 'kube', kubernetesCluster: kubernetesClusterOf(core, request) };
    case usage.database: {
      const { serviceName, protocol, username, database } = request.routeToDatabase ?? {};
      if (!serviceName) throw refuse(Code.InvalidArgument, 'missing ServiceName in RouteToDatabase field');
      return {
        ...none,
        usage: 'db',
        database: {
          service: serviceName,
          protocol: protocol ?? '',
          user: username ?? '',
          database: database ?? '',
        },
      };
    }
    case usage.app:
      return { ...none, usage: 'apps', app: appRouteOf(core, caller, request, expires) };
    case usage.desktop:
      return { ...none, usage: 'windows_desktop' };
    default:
      throw refuse(Code.InvalidArgument, `unknown certificate usage ${request.usage}`);
  }
}

function kubernetesClusterOf(core: ClusterCore, request: UserCertsRequest): string {
  const name = request.kubernetesCluster;
  if (name === '') throw refuse(Code.InvalidArgument, 'missing KubernetesCluster field');
  if (!core.inventory.find('kube_cluster', name))
    throw refuse(
      Code.InvalidArgument,
      `Kubernetes cluster "${name}" is not registered in this Teleport cluster; you can list registered Kubernetes clusters using 'tsh kube ls'`,
    );
  return name;
}

function appRouteOf(core: ClusterCore, caller: Caller, request: UserCertsRequest, expires: Date) {
  const wanted = request.routeToApp;
  if (!wanted || (wanted.name === '' && wanted.publicAddr === ''))
    throw refuse(Code.InvalidArgument, 'missing app name in RouteToApp field');
  const sessionId = core.pose.twoStepApps
    ? wanted.sessionId
    : core.appSessions.create(caller.userName, wanted.publicAddr, expires).id;
  return {
    name: wanted.name,
    sessionId,
    clusterName: wanted.clusterName,
    publicAddress: wanted.publicAddr,
    targetPort: core.pose.splitKeys && wanted.targetPort > 0 ? wanted.targetPort : undefined,
  };
}

async function issue(
  core: ClusterCore,
  person: Person,
  keys: UserKeys,
  wanted: { readonly ttlMs: number; readonly route: TunnelRoute },
): Promise<{ ssh: string; tls: string }> {
  try {
    return await core.issueFor(person, keys, wanted);
  } catch (error) {
    if (isAppError(error)) throw refuse(Code.InvalidArgument, error.message);
    throw error;
  }
}
