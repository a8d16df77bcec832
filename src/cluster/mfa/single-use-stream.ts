import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import {
  type IsMfaRequiredRequest,
  IsMfaRequiredRequestSchema,
  type UserCertsRequest,
  type UserSingleUseCertsRequest,
  type UserSingleUseCertsResponse,
  UserSingleUseCertsResponseSchema,
} from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import { callerOf } from '../caller-context.ts';
import type { ClusterCore } from '../core.ts';
import { denied, invalid, unknownMethod } from '../refusal.ts';
import { generateSingleUse } from '../user-certs.ts';
import { answerOf, toAssertion } from './messages.ts';
import type { Answer } from './mfa.ts';
import { isMfaRequired } from './session.ts';
import { scopes } from './version-rules.ts';

const usage = { ssh: 1, kubernetes: 2, database: 3, desktop: 5 } as const;
const notRequired = 2;

/** Certificates after a second factor up to 15: init, challenge, answer, certificate (auth-api.md 8). */
export async function* singleUseCertificates(
  core: ClusterCore,
  requests: AsyncIterable<UserSingleUseCertsRequest>,
  context: HandlerContext,
): AsyncGenerator<UserSingleUseCertsResponse> {
  const caller = callerOf(context);
  const { mfa } = core;
  if (!mfa.rules.singleUseStream) throw unknownMethod('GenerateUserSingleUseCerts');
  const incoming = requests[Symbol.asyncIterator]();
  const init = await initOf(incoming);
  if (mfa.rules.tellsWhenNotNeeded && !isMfaRequired(core, caller, targetOf(init))) {
    yield create(UserSingleUseCertsResponseSchema, {
      response: { case: 'mfaChallenge', value: { mfaRequired: notRequired } },
    });
    return;
  }
  targetOf(init);
  const { code, webauthn } = mfa.challenge(caller.userName, scopes.userSession, false);
  if (!code && !webauthn) throw denied('MFA is required, but the user has no device for it');
  yield create(UserSingleUseCertsResponseSchema, {
    response: {
      case: 'mfaChallenge',
      value: {
        ...(code ? { totp: {} } : {}),
        ...(webauthn ? { webauthnChallenge: toAssertion(webauthn) } : {}),
      },
    },
  });
  const answer = await answerIn(incoming);
  const device = await mfa.verifySession(caller.userName, answer, true);
  const issued = await generateSingleUse(core, caller, init, device.id);
  yield create(UserSingleUseCertsResponseSchema, {
    response: {
      case: 'cert',
      value: {
        cert:
          init.usage === usage.ssh ? { case: 'ssh', value: issued.ssh } : { case: 'tls', value: issued.tls },
      },
    },
  });
}

type Incoming = AsyncIterator<UserSingleUseCertsRequest>;

async function requestOf(incoming: Incoming): Promise<UserSingleUseCertsRequest['request'] | undefined> {
  const next = await incoming.next();
  return next.done ? undefined : next.value.request;
}

async function initOf(incoming: Incoming): Promise<UserCertsRequest> {
  const request = await requestOf(incoming);
  if (request?.case !== 'init') throw invalid('expected a request for certificates first');
  return request.value;
}

async function answerIn(incoming: Incoming): Promise<Answer> {
  const request = await requestOf(incoming);
  const answer = request?.case === 'mfaResponse' ? answerOf(request.value) : undefined;
  if (!answer) throw invalid('expected an MFA response');
  return answer;
}

function targetOf(init: UserCertsRequest): IsMfaRequiredRequest {
  switch (init.usage) {
    case usage.ssh:
      return create(IsMfaRequiredRequestSchema, {
        target: { case: 'node', value: { node: init.nodeName, login: init.sshLogin || 'unknown' } },
      });
    case usage.kubernetes:
      return create(IsMfaRequiredRequestSchema, {
        target: { case: 'kubernetesCluster', value: init.kubernetesCluster },
      });
    case usage.database:
      if (!init.routeToDatabase) throw invalid('missing RouteToDatabase field');
      return create(IsMfaRequiredRequestSchema, {
        target: { case: 'database', value: init.routeToDatabase },
      });
    case usage.desktop:
      if (!init.routeToWindowsDesktop) throw invalid('missing RouteToWindowsDesktop field');
      return create(IsMfaRequiredRequestSchema, {
        target: { case: 'windowsDesktop', value: init.routeToWindowsDesktop },
      });
    default:
      throw invalid(`single-use certificates cannot be issued for the usage ${init.usage}`);
  }
}
