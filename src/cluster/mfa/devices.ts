import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ClusterStore, Collection } from '../store/cluster-store.ts';
import { matchOneTimeCode, oneTimeCode } from '../totp.ts';
import type { Sealer } from './sealer.ts';

const DeviceBase = z.object({
  id: z.string(),
  user: z.string(),
  name: z.string(),
  addedMs: z.number().int(),
  lastUsedMs: z.number().int(),
});
const Stored = z.discriminatedUnion('kind', [
  DeviceBase.extend({
    kind: z.literal('totp'),
    sealedSecret: z.string(),
    /** Step of the code that was used last: it works once (login.md 2.5). */
    usedStep: z.number().int().optional(),
  }),
  DeviceBase.extend({
    kind: z.literal('webauthn'),
    /** base64url, as browsers write it. */
    credentialId: z.string(),
    /** COSE key, base64. */
    publicKey: z.string(),
    aaguid: z.string(),
    attestationType: z.string(),
    isPasskey: z.boolean(),
  }),
]);
export type Device = z.infer<typeof Stored>;
export type TotpDevice = Extract<Device, { kind: 'totp' }>;
export type WebauthnDevice = Extract<Device, { kind: 'webauthn' }>;

const Handle = z.object({ user: z.string() });
const builtInName = 'otp';

/** One-time secret that a user starts with; `isKept`: it cannot be removed. */
export interface BuiltInSecret {
  readonly user: string;
  readonly secret: Uint8Array;
  readonly isKept: boolean;
}

/** Second factors of all users, and the handles by which passkeys name their user. */
export class Devices {
  readonly #devices: Collection<Device>;
  readonly #handles: Collection<{ user: string }>;
  /** Users whose first one-time device was already made; it may be removed since. */
  readonly #begun: Collection<{ user: string }>;
  readonly #sealer: Sealer;
  readonly #now: () => Date;
  readonly #kept = new Set<string>();

  constructor(store: ClusterStore, sealer: Sealer, builtIn: readonly BuiltInSecret[], now: () => Date) {
    const read =
      <T>(schema: z.ZodType<T>) =>
      (body: unknown) =>
        schema.safeParse(body).data;
    this.#devices = store.collection<Device>('mfa_device', read(Stored));
    this.#handles = store.collection('webauthn_handle', read(Handle));
    this.#begun = store.collection('mfa_begun', read(Handle));
    this.#sealer = sealer;
    this.#now = now;
    for (const one of builtIn) this.#begin(one);
  }

  of(user: string): Device[] {
    return this.#devices.all().filter((device) => device.user === user);
  }

  find(user: string, nameOrId: string): Device | undefined {
    return this.of(user).find((device) => device.name === nameOrId || device.id === nameOrId);
  }

  byCredential(credentialId: string): WebauthnDevice | undefined {
    return this.#devices
      .all()
      .find(
        (device): device is WebauthnDevice =>
          device.kind === 'webauthn' && device.credentialId === credentialId,
      );
  }

  isKept(device: Device): boolean {
    return this.#kept.has(device.id);
  }

  addTotp(user: string, name: string, secret: Uint8Array): TotpDevice {
    const device: TotpDevice = {
      ...this.#base(user, name),
      kind: 'totp',
      sealedSecret: this.#sealer.seal(secret),
    };
    this.#devices.put(device.id, device);
    return device;
  }

  addWebauthn(
    user: string,
    name: string,
    credential: Pick<
      WebauthnDevice,
      'credentialId' | 'publicKey' | 'aaguid' | 'attestationType' | 'isPasskey'
    >,
  ): WebauthnDevice {
    const device: WebauthnDevice = { ...this.#base(user, name), ...credential, kind: 'webauthn' };
    this.#devices.put(device.id, device);
    return device;
  }

  remove(device: Device): void {
    this.#devices.delete(device.id);
  }

  /** Notes the use, for lists of devices. */
  use(device: Device): void {
    this.#devices.put(device.id, { ...device, lastUsedMs: this.#now().getTime() });
  }

  /** The device whose code this is; it works once. */
  useCode(user: string, code: string): TotpDevice | undefined {
    const now = this.#now();
    for (const device of this.#totpOf(user)) {
      const secret = this.#sealer.open(device.sealedSecret);
      const step = secret && matchOneTimeCode(secret, code, now);
      if (step === undefined || step === device.usedStep) continue;
      this.use({ ...device, usedStep: step });
      return device;
    }
    return undefined;
  }

  /** A code that the user could type now and that was not used yet; empty without a device. */
  currentCode(user: string): string {
    const [device] = this.#totpOf(user);
    const secret = device && this.#sealer.open(device.sealedSecret);
    if (!device || !secret) return '';
    const now = this.#now();
    const isUsed = matchOneTimeCode(secret, oneTimeCode(secret, now), now) === device.usedStep;
    return oneTimeCode(secret, isUsed ? new Date(now.getTime() + 30_000) : now);
  }

  /** The text that a passkey keeps for its user; the same for all of them. */
  handleOf(user: string): string {
    const known = this.#entries().find(([, owner]) => owner === user)?.[0];
    if (known) return known;
    const handle = randomUUID();
    this.#handles.put(handle, { user });
    return handle;
  }

  userOfHandle(handle: string): string | undefined {
    return this.#handles.get(handle)?.user;
  }

  #entries(): [string, string][] {
    return this.#handles.entries().map(([handle, { user }]) => [handle, user]);
  }

  #totpOf(user: string): TotpDevice[] {
    return this.of(user).filter((device) => device.kind === 'totp');
  }

  #base(user: string, name: string) {
    const now = this.#now().getTime();
    return { id: randomUUID(), user, name, addedMs: now, lastUsedMs: now };
  }

  #begin({ user, secret, isKept }: BuiltInSecret): void {
    let device = this.find(user, builtInName);
    if (device?.kind === 'totp' && this.#sealer.open(device.sealedSecret)?.equals(secret) !== true) {
      // The user's secret is a new one, as after a reset by an administrator.
      this.remove(device);
      device = this.addTotp(user, builtInName, secret);
    }
    if (!device && (isKept || !this.#begun.get(user))) device = this.addTotp(user, builtInName, secret);
    this.#begun.put(user, { user });
    if (device && isKept) this.#kept.add(device.id);
  }
}
