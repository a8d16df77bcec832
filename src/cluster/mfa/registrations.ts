import { randomBytes } from 'node:crypto';
import { alreadyExists, denied, invalid, notFound } from '../refusal.ts';
import { matchOneTimeCode } from '../totp.ts';
import type { Device, Devices } from './devices.ts';
import { type Attestation, challengeTimeoutMs, newChallenge, verifyAttestation } from './webauthn.ts';

interface OpenTotp {
  readonly kind: 'totp';
  readonly id: string;
  readonly secret: Buffer;
  readonly endMs: number;
}
interface OpenWebauthn {
  readonly kind: 'webauthn';
  readonly challenge: string;
  readonly isPasskey: boolean;
  readonly endMs: number;
}
export type Registration = OpenTotp | OpenWebauthn;

export type RegistrationAnswer =
  | { readonly kind: 'totp'; readonly id: string; readonly code: string }
  | { readonly kind: 'webauthn'; readonly attestation: Attestation };

const maxNameLength = 255;

/** Devices that are being added: one for each user, the newer one voids the older. */
export class Registrations {
  readonly #devices: Devices;
  readonly #rpId: string;
  readonly #now: () => Date;
  readonly #open = new Map<string, Registration>();

  constructor(devices: Devices, rpId: string, now: () => Date) {
    this.#devices = devices;
    this.#rpId = rpId;
    this.#now = now;
  }

  beginTotp(user: string): OpenTotp {
    const open: OpenTotp = {
      kind: 'totp',
      id: randomBytes(16).toString('hex'),
      secret: randomBytes(20),
      endMs: this.#endMs(),
    };
    this.#open.set(user, open);
    return open;
  }

  beginWebauthn(user: string, isPasskey: boolean): OpenWebauthn {
    const open: OpenWebauthn = {
      kind: 'webauthn',
      challenge: newChallenge(),
      isPasskey,
      endMs: this.#endMs(),
    };
    this.#open.set(user, open);
    return open;
  }

  async finish(user: string, name: string, answer: RegistrationAnswer): Promise<Device> {
    const open = this.#open.get(user);
    if (name.trim() === '') throw invalid('missing device name');
    if (name.length > maxNameLength) throw invalid('the device name is too long');
    this.#checkIsFree(user, name);
    if (!open || open.endMs <= this.#now().getTime())
      throw notFound(`key "/web/users/${user}/webauthnsessiondata/register" is not found`);
    if (answer.kind === 'totp' && open.kind === 'totp') return this.#finishTotp(user, name, open, answer);
    if (answer.kind !== 'webauthn' || open.kind !== 'webauthn')
      throw invalid('the answer is not of the kind that the challenge asked for');
    const expected = { challenge: open.challenge, rpId: this.#rpId, needsVerification: open.isPasskey };
    const credential = await verifyAttestation(answer.attestation, expected);
    if (!credential) throw denied('the registration of the security key cannot be verified');
    if (this.#open.get(user) !== open) throw denied('the challenge was answered already');
    if (this.#devices.byCredential(credential.credentialId))
      throw alreadyExists('the security key is registered already');
    this.#checkIsFree(user, name);
    this.#open.delete(user);
    return this.#devices.addWebauthn(user, name, { ...credential, isPasskey: open.isPasskey });
  }

  #finishTotp(
    user: string,
    name: string,
    open: OpenTotp,
    answer: { readonly id: string; readonly code: string },
  ): Device {
    if (answer.id !== '' && answer.id !== open.id) throw denied('the challenge is not the last one');
    if (matchOneTimeCode(open.secret, answer.code, this.#now()) === undefined)
      throw denied('invalid one time token, please check if the token has expired and try again');
    this.#open.delete(user);
    return this.#devices.addTotp(user, name, open.secret);
  }

  #checkIsFree(user: string, name: string): void {
    if (this.#devices.of(user).some((device) => device.name === name))
      throw alreadyExists(`MFA device with name "${name}" already exists`);
  }

  #endMs(): number {
    return this.#now().getTime() + challengeTimeoutMs;
  }
}
