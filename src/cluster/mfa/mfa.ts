import { denied, invalid, notFound } from '../refusal.ts';
import type { ClusterStore } from '../store/cluster-store.ts';
import { type AssertionChallenge, Ceremonies } from './ceremonies.ts';
import { type BuiltInSecret, type Device, Devices } from './devices.ts';
import { Registrations } from './registrations.ts';
import { Sealer } from './sealer.ts';
import { type MfaVersionRules, scopes } from './version-rules.ts';
import type { Assertion } from './webauthn.ts';

export type SecondFactor = 'otp' | 'webauthn';

export type Answer =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };

export interface MfaOptions {
  readonly store: ClusterStore;
  /** 32 bytes; absent: secrets of the store are lost with the process. */
  readonly storeKey?: Uint8Array | undefined;
  readonly builtIn: readonly BuiltInSecret[];
  readonly rules: MfaVersionRules;
  readonly allowed: readonly SecondFactor[];
  readonly rpId: string;
  readonly now: () => Date;
}

/** What the user may answer with. */
export interface Challenge {
  readonly code: boolean;
  readonly webauthn: AssertionChallenge | undefined;
}

/** Second factors of the cluster: devices, challenges and the judgement of answers. */
export class Mfa {
  readonly devices: Devices;
  readonly ceremonies: Ceremonies;
  readonly registrations: Registrations;
  readonly rules: MfaVersionRules;
  readonly rpId: string;
  #allowed: ReadonlySet<SecondFactor>;

  constructor(options: MfaOptions) {
    const { rpId, now } = options;
    this.devices = new Devices(options.store, new Sealer(options.storeKey), options.builtIn, now);
    this.ceremonies = new Ceremonies(this.devices, rpId, () => now().getTime());
    this.registrations = new Registrations(this.devices, rpId, now);
    this.rules = options.rules;
    this.rpId = rpId;
    this.#allowed = new Set(options.allowed);
  }

  /** An administrator's choice: from now on these kinds alone count. */
  allowOnly(factors: readonly SecondFactor[]): void {
    this.#allowed = new Set(factors);
  }

  allows(factor: SecondFactor): boolean {
    return this.#allowed.has(factor);
  }

  /** Administrative calls ask only where no one-time code would do. */
  get asksForAdminActions(): boolean {
    return this.rules.adminActions && this.allows('webauthn') && !this.allows('otp');
  }

  challenge(user: string, scope: number, mayReuse: boolean): Challenge {
    return {
      code: this.allows('otp') && this.devices.of(user).some((device) => device.kind === 'totp'),
      webauthn: this.allows('webauthn') ? this.ceremonies.begin(user, scope, mayReuse) : undefined,
    };
  }

  /** The device that has answered a challenge of this scope. Throws in the words of a real server. */
  async verify(user: string, answer: Answer, scope: number): Promise<Device> {
    if (answer.kind === 'code') {
      const device = this.allows('otp') ? this.devices.useCode(user, answer.code) : undefined;
      if (!device)
        throw denied('invalid one time token, please check if the token has expired and try again');
      return device;
    }
    if (!this.allows('webauthn')) throw denied('MFA response validation failed: WebAuthn is not allowed');
    const expected = { scope: this.rules.scopes ? scope : undefined, mayReuse: false };
    return this.ceremonies.finish(user, answer.assertion, expected);
  }

  /** For a certificate after a second factor. */
  verifySession(user: string, answer: Answer, isSingleUse: boolean): Promise<Device> {
    if (answer.kind === 'code' && isSingleUse && !this.rules.oneTimeCodesForSessions)
      throw invalid('per-session MFA is not satisfied by OTP devices');
    return this.verify(user, answer, scopes.userSession);
  }

  /** Before a change of devices. Users without any device have nothing to confirm with. */
  async confirmDeviceChange(user: string, answer: Answer | undefined): Promise<void> {
    if (this.devices.of(user).length === 0) return;
    if (!answer) throw denied('a second factor is needed to change devices');
    await this.verify(user, answer, scopes.manageDevices);
  }

  async removeDevice(user: string, nameOrId: string, answer: Answer | undefined): Promise<void> {
    await this.confirmDeviceChange(user, answer);
    const device = this.devices.find(user, nameOrId);
    if (!device) throw notFound(`MFA device "${nameOrId}" does not exist`);
    if (this.devices.isKept(device)) throw denied(`MFA device "${device.name}" cannot be removed`);
    if (this.devices.of(user).length === 1)
      throw denied('the last MFA device of a user cannot be removed; add another one first');
    this.devices.remove(device);
  }
}
