import { oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri } from '../uri/uri.ts';
import { Instant, RegistrationId, ShortText } from './ids.ts';

/** A second factor of a user. A passkey also signs in without a password. */
export const DeviceInfo = z.object({
  id: ShortText,
  name: ShortText,
  kind: z.enum(['one-time-code', 'security-key', 'passkey', 'single-sign-on', 'other']),
  addedAt: Instant.optional(),
  lastUsedAt: Instant.optional(),
});
export type DeviceInfo = z.infer<typeof DeviceInfo>;

const onAccount = z.object({ accountUri: AccountUri });
const deviceName = z.string().trim().min(1).max(200);

export const devices = {
  list: oc.input(onAccount).output(z.object({ devices: z.array(DeviceInfo).max(1_000) })),
  /** Asks for an existing second factor first where the server wants one. */
  beginOneTimeCode: oc.input(onAccount).output(
    z.object({
      registrationId: RegistrationId,
      /** `otpauth://totp/…`, for a QR code. Shown to the person, never kept. */
      otpauthUri: z.string().max(4_000),
      /** The same secret to type, base32. */
      secret: ShortText,
    }),
  ),
  finishOneTimeCode: oc
    .input(
      z.object({
        registrationId: RegistrationId,
        name: deviceName,
        oneTimeCode: z.string().min(1).max(20),
      }),
    )
    .output(DeviceInfo),
  /** Aborting the call cancels the ceremony. */
  addSecurityKey: oc
    .input(onAccount.extend({ name: deviceName, kind: z.enum(['security-key', 'passkey']) }))
    .output(DeviceInfo),
  remove: oc.input(onAccount.extend({ deviceId: ShortText })).output(z.void()),
};
