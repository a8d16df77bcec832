import { denied } from '../refusal.ts';
import type { Device, Devices, WebauthnDevice } from './devices.ts';
import { scopeName, scopes } from './version-rules.ts';
import {
  type Assertion,
  challengeTimeoutMs,
  clientDataOf,
  newChallenge,
  verifyAssertion,
} from './webauthn.ts';

interface Open {
  readonly challenge: string;
  readonly scope: number;
  readonly mayReuse: boolean;
  readonly endMs: number;
}

/** What a browser is asked to sign. */
export interface AssertionChallenge {
  readonly challenge: string;
  readonly rpId: string;
  /** Devices that may answer; undefined: any passkey. */
  readonly devices: readonly WebauthnDevice[] | undefined;
}

const failed = (why: string) => denied(`MFA response validation failed: ${why}`);

/**
 * Open WebAuthn challenges: one for each user, so that a newer one voids the older, and any number of passwordless ones,
 * of which nobody knows yet whose they are (auth-api.md 8). An answer that was accepted is not accepted again.
 */
export class Ceremonies {
  readonly #devices: Devices;
  readonly #rpId: string;
  readonly #nowMs: () => number;
  readonly #byUser = new Map<string, Open>();
  readonly #passwordless = new Map<string, Open>();

  constructor(devices: Devices, rpId: string, nowMs: () => number) {
    this.#devices = devices;
    this.#rpId = rpId;
    this.#nowMs = nowMs;
  }

  /** Undefined when the user has no security key. */
  begin(user: string, scope: number, mayReuse: boolean): AssertionChallenge | undefined {
    const devices = this.#devices.of(user).filter((device) => device.kind === 'webauthn');
    if (devices.length === 0) return undefined;
    const open = this.#open(scope, mayReuse);
    this.#byUser.set(user, open);
    return { challenge: open.challenge, rpId: this.#rpId, devices };
  }

  beginPasswordless(): AssertionChallenge {
    const now = this.#nowMs();
    for (const [challenge, { endMs }] of this.#passwordless)
      if (endMs <= now) this.#passwordless.delete(challenge);
    const open = this.#open(scopes.passwordlessLogin, false);
    this.#passwordless.set(open.challenge, open);
    return { challenge: open.challenge, rpId: this.#rpId, devices: undefined };
  }

  /**
   * The device that has answered. Throws in the words of a real server. `isReusable` tells that the challenge allowed
   * to be answered more than once, which the caller must have expected.
   */
  async finish(
    user: string,
    assertion: Assertion,
    expected: { readonly scope: number | undefined; readonly mayReuse: boolean },
  ): Promise<Device> {
    const open = this.#byUser.get(user);
    if (!open || open.endMs <= this.#nowMs())
      throw failed(`key "/web/users/${user}/webauthnsessiondata/login" is not found`);
    if (expected.scope !== undefined && open.scope !== expected.scope)
      throw failed(
        `required scope "${scopeName(expected.scope)}" is not satisfied by the given webauthn session with scope "${scopeName(open.scope)}"`,
      );
    if (open.mayReuse && !expected.mayReuse)
      throw failed('the given webauthn session allows reuse, but reuse is not permitted in this context');
    const device = this.#deviceOf(user, assertion);
    await this.#verify(assertion, open, device, false);
    // Two answers at once: the first one has used the challenge up.
    if (this.#byUser.get(user) !== open) throw failed('Error validating challenge');
    if (!open.mayReuse) this.#byUser.delete(user);
    this.#devices.use(device);
    return device;
  }

  /** The user whose passkey has answered. */
  async finishPasswordless(assertion: Assertion): Promise<{ user: string; device: Device }> {
    const challenge = clientDataOf(assertion.clientDataJson)?.challenge ?? '';
    const open = this.#passwordless.get(challenge);
    if (!open || open.endMs <= this.#nowMs()) throw failed('Error validating challenge');
    const handle = Buffer.from(assertion.userHandle, 'base64url').toString('utf8');
    const user = this.#devices.userOfHandle(handle);
    if (user === undefined) throw failed('the user of the credential is not known');
    const device = this.#deviceOf(user, assertion);
    await this.#verify(assertion, open, device, true);
    if (!this.#passwordless.delete(challenge)) throw failed('Error validating challenge');
    this.#devices.use(device);
    return { user, device };
  }

  #open(scope: number, mayReuse: boolean): Open {
    return { challenge: newChallenge(), scope, mayReuse, endMs: this.#nowMs() + challengeTimeoutMs };
  }

  #deviceOf(user: string, assertion: Assertion): WebauthnDevice {
    const device = this.#devices.byCredential(assertion.credentialId);
    if (device?.user !== user) throw failed('the credential is not one of the user');
    return device;
  }

  async #verify(assertion: Assertion, open: Open, device: WebauthnDevice, needsVerification: boolean) {
    const expected = { challenge: open.challenge, rpId: this.#rpId, needsVerification };
    switch (await verifyAssertion(assertion, expected, device)) {
      case 'ok':
        return;
      case 'wrong-challenge':
        throw failed('Error validating challenge');
      case 'wrong-signature':
        throw failed('Error validating the assertion signature: Signature invalid or not provided');
      default:
        throw failed('Error validating the assertion');
    }
  }
}
