import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { parseSshCertificateLine } from '../codec/ssh/certificate.ts';
import { encodePublicKey, formatAuthorizedKey } from '../codec/ssh/keys.ts';
import type { AssertionAnswer, AssertionChallenge } from '../codec/webauthn.ts';
import { parseUserTlsCertificate } from '../codec/tls/user-certificate.ts';
import type { LoginChallenge, ProxyPing, SignatureSuite } from '../codec/web/answers.ts';
import type { LoginKeys, WebApi } from './web-api.ts';

const defaultTtlMs = 12 * 60 * 60 * 1000;
const firstMajorWithTwoKeys = 17;

export interface PasswordLogin {
  readonly userName: string;
  readonly password: string;
  /** Empty when the user typed none. */
  readonly oneTimeCode: string;
}

/** Signs in with a password and, where asked, a one-time code (login.md 1 and 2.5). Keys are made here and never leave. */
export async function signInWithPassword(
  web: WebApi,
  ping: ProxyPing,
  login: PasswordLogin,
  signal?: AbortSignal,
): Promise<AccountIdentity> {
  const challenge = await web.loginBegin(login.userName, login.password, signal);
  checkChallenge(challenge, ping, login.oneTimeCode);
  return finish(
    web,
    ping,
    { ...login, oneTimeCode: challenge.oneTimeCode ? login.oneTimeCode.replaceAll(/\s/g, '') : '' },
    signal,
  );
}

/** Runs the ceremony of a security key or passkey. */
export type Sign = (challenge: AssertionChallenge, signal?: AbortSignal) => Promise<AssertionAnswer>;

/** Signs in with a password and a security key (login.md 2.5). */
export async function signInWithSecurityKey(
  web: WebApi,
  ping: ProxyPing,
  login: Omit<PasswordLogin, 'oneTimeCode'>,
  sign: Sign,
  signal?: AbortSignal,
): Promise<AccountIdentity> {
  const challenge = await web.loginBegin(login.userName, login.password, signal);
  if (!challenge.securityKey) {
    checkChallenge(challenge, ping, '');
    throw new AppError('second-factor-unusable', 'This user has no security key on this cluster.');
  }
  const assertion = await sign(challenge.securityKey, signal);
  return finish(web, ping, { ...login, oneTimeCode: '', assertion }, signal);
}

/** Signs in with a passkey alone; the answer tells who it is (login.md 2.7). */
export async function signInWithPasskey(
  web: WebApi,
  ping: ProxyPing,
  sign: Sign,
  signal?: AbortSignal,
): Promise<AccountIdentity> {
  const { securityKey } = await web.passkeyBegin(signal);
  if (!securityKey) throw new AppError('sign-in-kind-unsupported', 'This cluster takes no passkeys alone.');
  if (securityKey.userVerification === 'discouraged')
    throw new AppError('answer-invalid', 'The cluster asked for a passkey without checking who holds it.', {
      reason: 'A sign-in without a password would then be open to whoever holds the key.',
    });
  const assertion = await sign(securityKey, signal);
  return finish(web, ping, { userName: '', password: '', oneTimeCode: '', assertion }, signal);
}

async function finish(
  web: WebApi,
  ping: ProxyPing,
  login: PasswordLogin & { readonly assertion?: AssertionAnswer },
  signal: AbortSignal | undefined,
): Promise<AccountIdentity> {
  const pair = makeKeys(ping);
  const answer = await web.loginFinish({ ...login, keys: pair.keys, ttlMs: defaultTtlMs }, signal);
  const sshCertificate = parseSshCertificateLine(answer.sshCertificate);
  const tls = parseUserTlsCertificate(answer.tlsCertificate);
  if (!sshCertificate.publicKey.equals(encodePublicKey(pair.sshKey))) {
    throw new AppError('answer-invalid', 'The cluster sent a certificate for another key.');
  }
  return {
    userName: tls.userName,
    clusterName: tls.clusterName,
    serverVersion: ping.serverVersion,
    sshKey: pair.sshKey,
    sshCertificate,
    tlsKey: pair.tlsKey,
    tlsCertificate: answer.tlsCertificate,
    authorities: answer.authorities,
  };
}

function checkChallenge(challenge: LoginChallenge, ping: ProxyPing, oneTimeCode: string): void {
  if (challenge.oneTimeCode) {
    if (oneTimeCode.trim() !== '') return;
    throw new AppError('code-required', 'This user signs in with a one-time code.', {
      advice: challenge.securityKey
        ? 'Type the code that your authenticator shows, or use your security key.'
        : 'Type the code that your authenticator shows.',
      action: 'edit-input',
      facts: { securityKey: challenge.securityKey ? 'yes' : 'no' },
    });
  }
  const passwordAlone = majorOf(ping.serverVersion) < firstMajorWithTwoKeys && !challenge.securityKey;
  if (passwordAlone) return;
  if (challenge.securityKey) {
    throw new AppError('security-key-required', 'This user signs in with a security key.', {
      advice: 'Choose to sign in with a security key.',
      action: 'edit-input',
    });
  }
  throw new AppError('second-factor-unusable', 'This user has no second factor that Porthole can use.', {
    reason: 'The cluster asks for a second factor, and this user has none of an allowed kind.',
    advice: "Add an authenticator app to this user in the cluster's web page.",
  });
}

interface KeyPair {
  readonly sshKey: KeyObject;
  readonly tlsKey: KeyObject;
  readonly keys: LoginKeys;
}

/** One P-256 key before v17 (versions.md, rule 1), two keys of the cluster's suite from then on (login.md 4). */
function makeKeys(ping: ProxyPing): KeyPair {
  const single = majorOf(ping.serverVersion) < firstMajorWithTwoKeys;
  const tlsKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const sshKey =
    single || !usesEd25519(ping.signatureSuite) ? tlsKey : generateKeyPairSync('ed25519').privateKey;
  return {
    sshKey,
    tlsKey,
    keys: {
      sshPublicKey: formatAuthorizedKey(encodePublicKey(sshKey)),
      tlsPublicKey: createPublicKey(tlsKey).export({ type: 'spki', format: 'pem' }).toString(),
      single,
    },
  };
}

function usesEd25519(suite: SignatureSuite): boolean {
  return suite === 'balanced-v1' || suite === 'hsm-v1';
}
