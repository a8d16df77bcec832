import type { ServiceImpl } from '@connectrpc/connect';
import type {
  AuthService,
  CreateAuthenticateChallengeRequest,
} from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import { callerOf } from '../caller-context.ts';
import type { ClusterCore } from '../core.ts';
import { denied, invalid } from '../refusal.ts';
import { encodeBase32 } from './base32.ts';
import { answerOf, registrationOf, toAssertion, toCreation, toDevice } from './messages.ts';
import { isMfaRequired } from './session.ts';
import { singleUseCertificates } from './single-use-stream.ts';
import { scopes } from './version-rules.ts';

const required = 1;
const notRequired = 2;
const reuseAllowed = 1;
const totpType = 1;
const webauthnType = 3;
const passwordlessUsage = 2;

type Methods =
  | 'isMFARequired'
  | 'createAuthenticateChallenge'
  | 'generateUserSingleUseCerts'
  | 'getMFADevices'
  | 'createRegisterChallenge'
  | 'addMFADeviceSync'
  | 'deleteMFADeviceSync';

/** The calls of auth-api.md 8, and those that change devices. */
export function mfaRoutes(core: ClusterCore): Pick<ServiceImpl<typeof AuthService>, Methods> {
  const { mfa } = core;
  return {
    isMFARequired: (request, context) => {
      const isRequired = isMfaRequired(core, callerOf(context), request);
      return { required: isRequired, mfaRequired: isRequired ? required : notRequired };
    },
    createAuthenticateChallenge: (request, context) => {
      const { case: kind, value } = request.request;
      if (kind === 'passwordless') {
        return { webauthnChallenge: toAssertion(mfa.ceremonies.beginPasswordless()) };
      }
      if (kind === 'userCredentials') {
        const password = Buffer.from(value.password).toString('utf8');
        if (!core.users.checkPassword(value.username, password)) throw denied('invalid credentials');
        return challengeFor(core, value.username, scopes.login, request);
      }
      const caller = callerOf(context);
      const check = mfa.rules.scopes ? request.mfaRequiredCheck : undefined;
      const scope = request.challengeExtensions?.scope ?? scopes.unspecified;
      if (!mfa.rules.oneTimeCodesForSessions && scope === scopes.unspecified)
        throw invalid('scope not present in request');
      if (check && !isMfaRequired(core, caller, check)) return { mfaRequired: notRequired };
      return {
        ...challengeFor(core, caller.userName, scope, request),
        ...(check ? { mfaRequired: required } : {}),
      };
    },
    generateUserSingleUseCerts: (requests, context) => singleUseCertificates(core, requests, context),
    getMFADevices: (_request, context) => {
      const { userName } = callerOf(context);
      return { devices: mfa.devices.of(userName).map((device) => toDevice(device, mfa.rpId)) };
    },
    createRegisterChallenge: async (request, context) => {
      const { userName } = callerOf(context);
      const isTotp = request.deviceType === totpType;
      if (!isTotp && request.deviceType !== webauthnType)
        throw invalid(`unsupported device type ${request.deviceType}`);
      if (!mfa.allows(isTotp ? 'otp' : 'webauthn'))
        throw invalid('devices of this kind are not allowed in this cluster');
      await mfa.confirmDeviceChange(userName, answerOf(request.existingMfaResponse));
      if (isTotp) return totpChallenge(core, userName);
      const isPasskey = request.deviceUsage === passwordlessUsage;
      const { challenge } = mfa.registrations.beginWebauthn(userName, isPasskey);
      const creation = toCreation({
        challenge,
        isPasskey,
        rpId: mfa.rpId,
        user: userName,
        handle: mfa.devices.handleOf(userName),
        // A key that is a second factor already may become a passkey; a passkey is one once.
        excluded: mfa.devices
          .of(userName)
          .filter((device) => !isPasskey || (device.kind === 'webauthn' && device.isPasskey)),
      });
      return { request: { case: 'webauthn', value: creation } };
    },
    addMFADeviceSync: async (request, context) => {
      const { userName } = callerOf(context);
      const answer = registrationOf(request.newMfaResponse);
      if (!answer) throw invalid('missing MFA registration response');
      const device = await mfa.registrations.finish(userName, request.newDeviceName, answer);
      return { device: toDevice(device, mfa.rpId) };
    },
    deleteMFADeviceSync: async (request, context) => {
      const { userName } = callerOf(context);
      await mfa.removeDevice(userName, request.deviceName, answerOf(request.existingMfaResponse));
      return {};
    },
  };
}

function challengeFor(
  core: ClusterCore,
  user: string,
  scope: number,
  request: CreateAuthenticateChallengeRequest,
) {
  const mayReuse = request.challengeExtensions?.allowReuse === reuseAllowed;
  const { code, webauthn } = core.mfa.challenge(user, scope, mayReuse);
  return {
    ...(code ? { totp: {} } : {}),
    ...(webauthn ? { webauthnChallenge: toAssertion(webauthn) } : {}),
  };
}

function totpChallenge(core: ClusterCore, user: string) {
  const { id, secret } = core.mfa.registrations.beginTotp(user);
  const value = {
    secret: encodeBase32(secret),
    issuer: core.options.name,
    periodSeconds: 30,
    algorithm: 'SHA1',
    digits: 6,
    account: `${user}@localhost:${core.port()}`,
    id,
  };
  return { request: { case: 'totp' as const, value } };
}
