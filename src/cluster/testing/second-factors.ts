import { onTestFinished } from 'vitest';
import type { MfaAuthenticateChallenge } from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import { encodePublicKey, formatAuthorizedKey } from '../../main/protocol/codec/ssh/keys.ts';
import { type Cluster, type CreateClusterOptions, createCluster } from '../cluster.ts';
import { makeUser } from '../users.ts';
import { SoftAuthenticator } from './authenticator.ts';
import { type Person, signIn } from './people.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
const text = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('base64url');

/** A cluster whose sessions need a second factor, with wen signed in and a security key that she has not registered yet. */
export async function startWithSecondFactor(options: Partial<CreateClusterOptions> = {}) {
  const wen = makeUser('wen', ['careful']);
  const bob = makeUser('bob', ['reviewer']);
  const cluster = await createCluster({
    name: 'mfa.porthole',
    users: [wen, bob],
    secondFactors: ['otp', 'webauthn'],
    roles: [
      {
        name: 'careful',
        logins: ['root'],
        serverLabels: { '*': ['*'] },
        requireSessionMfa: true,
        request: { roles: ['dba'] },
        reviewRequests: { roles: ['*'] },
      },
      { name: 'dba', logins: [], serverLabels: {} },
      { name: 'reviewer', logins: [], serverLabels: {}, request: { roles: ['dba'] } },
    ],
    resources: [{ kind: 'db', id: 'pg', name: 'pg', address: 'postgres', labels: { env: 'lab' } }],
    ...options,
  });
  onTestFinished(() => cluster.stop());
  const person = await signIn(cluster, wen);
  onTestFinished(() => person.dispose());
  return { cluster, wen, bob, person, key: new SoftAuthenticator(`https://localhost:${cluster.port}`) };
}

/** A one-time code of wen. */
export const code = (cluster: Cluster) => ({
  response: { case: 'totp' as const, value: { code: cluster.core.users.currentCode('wen') } },
});

/** Adds a security key or passkey, confirmed by a one-time code. */
export async function register(
  cluster: Cluster,
  person: Person,
  key: SoftAuthenticator,
  options: { name?: string; passkey?: boolean; verified?: boolean } = {},
): Promise<string> {
  const isPasskey = options.passkey ?? false;
  const challenge = await person.client.createRegisterChallenge({
    deviceType: 3,
    deviceUsage: isPasskey ? 2 : 1,
    existingMfaResponse: code(cluster),
  });
  if (challenge.request.case !== 'webauthn') throw new Error('another kind');
  const { publicKey } = challenge.request.value;
  const handle = Buffer.from(publicKey?.user?.id ?? []).toString();
  const made = key.create(text(publicKey?.challenge), publicKey?.rp?.id ?? '', handle, options.verified);
  await person.client.addMFADeviceSync({
    newDeviceName: options.name ?? 'key',
    newMfaResponse: {
      response: {
        case: 'webauthn',
        value: {
          type: 'public-key',
          rawId: bytes(made.id),
          response: {
            clientDataJson: bytes(made.clientDataJson),
            attestationObject: bytes(made.attestationObject),
          },
        },
      },
    },
  });
  return made.id;
}

export const challengeOf = (answer: MfaAuthenticateChallenge) =>
  text(answer.webauthnChallenge?.publicKey?.challenge);

export function assertion(key: SoftAuthenticator, challenge: string, id: string, rpId = 'localhost') {
  const signed = key.get(challenge, rpId, id);
  return {
    response: {
      case: 'webauthn' as const,
      value: {
        type: 'public-key',
        rawId: bytes(signed.id),
        response: {
          clientDataJson: bytes(signed.clientDataJson),
          authenticatorData: bytes(signed.authenticatorData),
          signature: bytes(signed.signature),
          userHandle: bytes(signed.userHandle),
        },
      },
    },
  };
}

export const database = { usage: 3, routeToDatabase: { serviceName: 'pg', protocol: 'postgres' } };

/** The SSH public key of a person, as one line of text. */
export function keyOf(person: Person): Uint8Array {
  return Buffer.from(formatAuthorizedKey(encodePublicKey(person.identity.sshKey)));
}
