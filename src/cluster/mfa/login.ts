import { z } from 'zod';
import { ConnectError } from '@connectrpc/connect';
import type { ClusterCore } from '../core.ts';
import type { AssertionChallenge } from './ceremonies.ts';
import { scopes } from './version-rules.ts';
import { type Assertion, challengeTimeoutMs } from './webauthn.ts';

const text = z.string().max(100_000);

/** The answer of a browser as the web API takes it (login.md 2.6). */
export const AssertionBody = z.object({
  id: text,
  type: z.literal('public-key'),
  rawId: text,
  response: z.object({
    authenticatorData: text,
    clientDataJSON: text,
    signature: text,
    userHandle: text.nullish(),
  }),
});

/** Undefined, or at which byte a field stops being base64url. */
export function wrongByteOf(body: z.output<typeof AssertionBody>): number | undefined {
  const { authenticatorData, clientDataJSON, signature, userHandle } = body.response;
  for (const field of [body.rawId, authenticatorData, clientDataJSON, signature, userHandle ?? '']) {
    const at = field.search(/[^\w-]/);
    if (at >= 0) return at;
  }
  return undefined;
}

export function assertionOf(body: z.output<typeof AssertionBody>): Assertion {
  return {
    credentialId: body.rawId,
    clientDataJson: body.response.clientDataJSON,
    authenticatorData: body.response.authenticatorData,
    signature: body.response.signature,
    userHandle: body.response.userHandle ?? '',
  };
}

/** What `begin` answers with; its binary fields are standard base64. */
export function challengeBody(challenge: AssertionChallenge): unknown {
  const base64 = (value: string) => Buffer.from(value, 'base64url').toString('base64');
  const { devices } = challenge;
  return {
    publicKey: {
      challenge: base64(challenge.challenge),
      timeout: challengeTimeoutMs,
      rpId: challenge.rpId,
      ...(devices
        ? {
            allowCredentials: devices.map((device) => ({
              type: 'public-key',
              id: base64(device.credentialId),
            })),
          }
        : {}),
      userVerification: devices ? 'discouraged' : 'required',
    },
  };
}

/** Who has answered the challenge of a login with a security key or passkey; undefined: nobody. */
export async function userOfAssertion(
  core: ClusterCore,
  user: string,
  assertion: Assertion,
): Promise<string | undefined> {
  try {
    if (user === '') return (await core.mfa.ceremonies.finishPasswordless(assertion)).user;
    await core.mfa.verify(user, { kind: 'assertion', assertion }, scopes.login);
    return user;
  } catch (error) {
    if (error instanceof ConnectError) return undefined;
    throw error;
  }
}
