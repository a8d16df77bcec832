import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { AccountIdentity } from '../codec/identity.ts';
import { majorOf } from '../codec/server-version.ts';
import { parseSshCertificateLine } from '../codec/ssh/certificate.ts';
import { encodePublicKey, formatAuthorizedKey } from '../codec/ssh/keys.ts';
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
  const pair = makeKeys(ping);
  const answer = await web.loginFinish(
    {
      ...login,
      oneTimeCode: challenge.oneTimeCode ? login.oneTimeCode.replaceAll(/\s/g, '') : '',
      keys: pair.keys,
      ttlMs: defaultTtlMs,
    },
    signal,
  );
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
      advice: 'Type the code that your authenticator shows.',
      action: 'edit-input',
    });
  }
  const passwordAlone = majorOf(ping.serverVersion) < firstMajorWithTwoKeys && !challenge.securityKey;
  if (passwordAlone) return;
  throw new AppError('second-factor-unusable', 'This user has no second factor that Porthole can use.', {
    reason: challenge.securityKey
      ? 'The cluster asks for a security key, which Porthole cannot use yet.'
      : 'The cluster asks for a second factor, and this user has none of an allowed kind.',
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
