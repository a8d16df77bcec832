import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { AppError } from '../../../shared/errors/app-error.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import type { MfaDevice } from '../codec/gen/types/mfa_device_pb.js';
import { grpcCode } from '../codec/grpc-error.ts';
import {
  type CreationAnswer,
  type CreationChallenge,
  toCreationChallenge,
  toCreationMessage,
} from '../codec/webauthn.ts';
import { callError } from './auth-connection.ts';
import { type SecondFactorAnswer, toAnswerMessage } from './second-factor-answer.ts';
import { answerError } from './second-factor-api.ts';

// Numbers of the device messages: type and usage.
const types = { oneTimeCode: 1, webauthn: 3 } as const;
const usages = { secondFactor: 1, passwordless: 2 } as const;

export interface OneTimeCodeChallenge {
  readonly id: string;
  /** Base32. */
  readonly secret: string;
  readonly issuer: string;
  readonly account: string;
  readonly algorithm: string;
  readonly digits: number;
  readonly periodSeconds: number;
}

export type NewDevice =
  | { readonly kind: 'one-time-code'; readonly code: string; readonly id: string }
  | { readonly kind: 'security-key' | 'passkey'; readonly creation: CreationAnswer };

/** The second factors of the calling user. Every failure is a coded error. */
export class DeviceApi {
  readonly #auth: Client<typeof AuthService>;

  constructor(transport: Transport) {
    this.#auth = createClient(AuthService, transport);
  }

  list(signal?: AbortSignal): Promise<readonly MfaDevice[]> {
    return call(async () => (await this.#auth.getMFADevices({}, options(signal))).devices);
  }

  oneTimeCodeChallenge(
    existing: SecondFactorAnswer | undefined,
    signal?: AbortSignal,
  ): Promise<OneTimeCodeChallenge> {
    return call(async () => {
      const { request } = await this.#challenge(types.oneTimeCode, usages.secondFactor, existing, signal);
      if (request.case !== 'totp') throw noChallenge();
      const { id, secret, issuer, account, algorithm, digits, periodSeconds } = request.value;
      return { id, secret, issuer, account, algorithm, digits, periodSeconds };
    });
  }

  keyChallenge(
    kind: 'security-key' | 'passkey',
    existing: SecondFactorAnswer | undefined,
    signal?: AbortSignal,
  ): Promise<CreationChallenge> {
    const usage = kind === 'passkey' ? usages.passwordless : usages.secondFactor;
    return call(async () => {
      const { request } = await this.#challenge(types.webauthn, usage, existing, signal);
      if (request.case !== 'webauthn') throw noChallenge();
      return toCreationChallenge(request.value);
    });
  }

  add(name: string, device: NewDevice, signal?: AbortSignal): Promise<MfaDevice> {
    return call(async () => {
      const answer = await this.#auth.addMFADeviceSync(
        {
          newDeviceName: name,
          deviceUsage: device.kind === 'passkey' ? usages.passwordless : usages.secondFactor,
          contextUser: {},
          newMfaResponse:
            device.kind === 'one-time-code'
              ? { response: { case: 'totp', value: { code: device.code, id: device.id } } }
              : { response: { case: 'webauthn', value: toCreationMessage(device.creation) } },
        },
        options(signal),
      );
      if (!answer.device) throw noChallenge();
      return answer.device;
    });
  }

  /** By name or id. */
  async remove(device: string, existing: SecondFactorAnswer, signal?: AbortSignal): Promise<void> {
    await call(async () =>
      this.#auth.deleteMFADeviceSync(
        { deviceName: device, existingMfaResponse: await toAnswerMessage(existing) },
        options(signal),
      ),
    );
  }

  async #challenge(
    deviceType: number,
    deviceUsage: number,
    existing: SecondFactorAnswer | undefined,
    signal: AbortSignal | undefined,
  ) {
    return this.#auth.createRegisterChallenge(
      {
        deviceType,
        deviceUsage,
        ...(existing ? { existingMfaResponse: await toAnswerMessage(existing) } : {}),
      },
      options(signal),
    );
  }
}

async function call<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const failure = callError(error);
    if (failure.status === grpcCode.unimplemented)
      throw new AppError('unsupported', 'Devices cannot be changed from here on this cluster.', {
        reason: 'Its version has another way to do it.',
        advice: "Use the cluster's web page.",
        detail: failure.error.detail,
      });
    throw answerError(failure);
  }
}

function noChallenge(): AppError {
  return new AppError('answer-invalid', 'The cluster did not answer about this device as it should.', {
    action: 'retry',
  });
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {};
}
