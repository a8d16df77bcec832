import { randomUUID } from 'node:crypto';
import type { DeviceInfo } from '../../shared/contract/devices.ts';
import type { RegistrationId } from '../../shared/contract/ids.ts';
import { AppError, isAppError } from '../../shared/errors/app-error.ts';
import type { AccountUri } from '../../shared/uri/uri.ts';
import type { Authenticator } from '../host/authenticator.ts';
import { DeviceApi, type OneTimeCodeChallenge } from '../protocol/client/device-api.ts';
import type { SecondFactorAnswer } from '../protocol/client/second-factor-answer.ts';
import type { MfaDevice } from '../protocol/codec/gen/types/mfa_device_pb.js';
import { toDate } from '../protocol/codec/timestamp.ts';
import type { SecondFactorAccess, SecondFactorService } from './second-factor-service.ts';

const registrationLifeMs = 10 * 60_000;

interface Registration {
  readonly accountUri: AccountUri;
  readonly challenge: OneTimeCodeChallenge;
  readonly until: number;
}

/** Lists, adds and removes the second factors of signed-in users. */
export class DeviceService {
  readonly #access: SecondFactorAccess;
  readonly #factors: SecondFactorService;
  readonly #authenticator: Authenticator | undefined;
  readonly #now: () => Date;
  readonly #registrations = new Map<RegistrationId, Registration>();

  constructor(options: {
    access: SecondFactorAccess;
    factors: SecondFactorService;
    authenticator: Authenticator | undefined;
    now: () => Date;
  }) {
    this.#access = options.access;
    this.#factors = options.factors;
    this.#authenticator = options.authenticator;
    this.#now = options.now;
  }

  async list(accountUri: AccountUri, signal?: AbortSignal): Promise<DeviceInfo[]> {
    const devices = await this.#api(accountUri, (api) => api.list(signal), signal);
    return devices.slice(0, 1_000).map(toDeviceInfo);
  }

  async beginOneTimeCode(
    accountUri: AccountUri,
    signal?: AbortSignal,
  ): Promise<{ registrationId: RegistrationId; otpauthUri: string; secret: string }> {
    const challenge = await this.#confirmed(
      accountUri,
      'Add an authenticator app to your user',
      (answer) => this.#api(accountUri, (api) => api.oneTimeCodeChallenge(answer, signal), signal),
      signal,
    );
    const registrationId = randomUUID();
    const now = this.#now().getTime();
    for (const [id, old] of this.#registrations) if (old.until < now) this.#registrations.delete(id);
    this.#registrations.set(registrationId, { accountUri, challenge, until: now + registrationLifeMs });
    return { registrationId, otpauthUri: otpauthUri(challenge), secret: challenge.secret };
  }

  async finishOneTimeCode(
    id: RegistrationId,
    name: string,
    code: string,
    signal?: AbortSignal,
  ): Promise<DeviceInfo> {
    const registration = this.#registrations.get(id);
    if (!registration || registration.until < this.#now().getTime())
      throw new AppError('not-found', 'This took too long.', {
        advice: 'Begin to add the device again.',
        action: 'retry',
      });
    const { accountUri, challenge } = registration;
    const device = await this.#api(
      accountUri,
      (api) =>
        api.add(name, { kind: 'one-time-code', code: code.replaceAll(/\s/g, ''), id: challenge.id }, signal),
      signal,
    );
    this.#registrations.delete(id);
    return toDeviceInfo(device);
  }

  async addSecurityKey(
    accountUri: AccountUri,
    name: string,
    kind: 'security-key' | 'passkey',
    signal?: AbortSignal,
  ): Promise<DeviceInfo> {
    const authenticator = this.#authenticator;
    if (!authenticator)
      throw new AppError('second-factor-unusable', 'Security keys cannot be used on this machine.');
    const what = kind === 'passkey' ? 'Add a passkey to your user' : 'Add a security key to your user';
    const challenge = await this.#confirmed(
      accountUri,
      what,
      (answer) => this.#api(accountUri, (api) => api.keyChallenge(kind, answer, signal), signal),
      signal,
    );
    const site = await this.#access.site(accountUri, signal);
    const creation = await authenticator.create(challenge, site, signal ?? new AbortController().signal);
    const device = await this.#api(accountUri, (api) => api.add(name, { kind, creation }, signal), signal);
    return toDeviceInfo(device);
  }

  async remove(accountUri: AccountUri, deviceId: string, signal?: AbortSignal): Promise<void> {
    const devices = await this.#api(accountUri, (api) => api.list(signal), signal);
    const device = devices.find((one) => one.id === deviceId);
    if (!device) throw new AppError('not-found', 'This device is gone.');
    const name = device.metadata?.name ?? '';
    await this.#factors.perform(
      { accountUri, reason: `Remove ${name || 'a device'} from your user`, scope: 'devices' },
      (answer, during) =>
        this.#api(accountUri, (api) => api.remove(name || deviceId, answer, during), during),
      signal,
    );
  }

  /** A user without any device is asked for none. */
  async #confirmed<T>(
    accountUri: AccountUri,
    reason: string,
    work: (answer: SecondFactorAnswer | undefined) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const devices = await this.#api(accountUri, (api) => api.list(signal), signal).catch((error: unknown) => {
      if (isAppError(error, 'access-denied', 'unsupported')) return [];
      throw error;
    });
    if (devices.length === 0) return work(undefined);
    return this.#factors.perform({ accountUri, reason, scope: 'devices' }, (answer) => work(answer), signal);
  }

  #api<T>(uri: AccountUri, work: (api: DeviceApi) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#access.withAuth(uri, (api) => work(new DeviceApi(api.transport)), signal);
  }
}

function toDeviceInfo(device: MfaDevice): DeviceInfo {
  const time = (key: 'addedAt' | 'lastUsedAt', date: Date | undefined) =>
    date ? { [key]: date.toISOString() } : {};
  const { device: kind } = device;
  return {
    id: device.id.slice(0, 500),
    name: (device.metadata?.name ?? '').slice(0, 500),
    kind:
      kind.case === 'totp'
        ? 'one-time-code'
        : kind.case === 'webauthn'
          ? kind.value.residentKey
            ? 'passkey'
            : 'security-key'
          : 'other',
    ...time('addedAt', toDate(device.addedAt)),
    ...time('lastUsedAt', toDate(device.lastUsed)),
  };
}

/** The address that authenticator apps read from a QR code. */
function otpauthUri(challenge: OneTimeCodeChallenge): string {
  const issuer = challenge.issuer || 'Teleport';
  const label = challenge.account ? `${issuer}:${challenge.account}` : issuer;
  const query = new URLSearchParams({
    secret: challenge.secret,
    issuer,
    algorithm: challenge.algorithm || 'SHA1',
    digits: String(challenge.digits || 6),
    period: String(challenge.periodSeconds || 30),
  });
  return `otpauth://totp/${encodeURIComponent(label)}?${query.toString()}`;
}
