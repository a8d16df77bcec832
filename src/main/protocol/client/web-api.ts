import { isAppError } from '../../../shared/errors/app-error.ts';
import {
  type LoginAnswer,
  type LoginChallenge,
  parseLoginAnswer,
  parseLoginChallenge,
  parseMessageOfTheDay,
  parsePing,
  type ProxyPing,
} from '../codec/web/answers.ts';
import { type AssertionAnswer, toLoginAssertion } from '../codec/webauthn.ts';
import { errorFromHttp, notTeleport } from '../codec/web/http-error.ts';
import { type ProxyAddress, parseTypedAddress } from '../net/address.ts';
import type { ServerTrust } from '../net/dialer.ts';
import { type HttpsAnswer, sendHttps } from '../net/https-request.ts';

export interface WebApiOptions {
  readonly address: ProxyAddress;
  readonly trust: ServerTrust;
}

export interface LoginKeys {
  /** authorized_keys line. */
  readonly sshPublicKey: string;
  /** PEM; equal to the SSH key for servers before v17. */
  readonly tlsPublicKey: string;
  /** `pub_key` alone, for v11 to v16 (versions.md, rules 1 and 2). */
  readonly single: boolean;
}

/** The proxy's web API (login.md 2). Every failure is a coded error. */
export class WebApi {
  readonly #options: WebApiOptions;

  constructor(options: WebApiOptions) {
    this.#options = options;
  }

  async ping(signal?: AbortSignal): Promise<ProxyPing & { readonly serverTime: Date | undefined }> {
    const answer = await this.#get('/webapi/ping', signal);
    if (answer.status === 404) throw notTeleport(`HTTP ${answer.status}`);
    return { ...parsePing(expectOk(answer)), serverTime: answer.date };
  }

  async messageOfTheDay(signal?: AbortSignal): Promise<string> {
    return parseMessageOfTheDay(expectOk(await this.#get('/webapi/motd', signal)));
  }

  async loginBegin(userName: string, password: string, signal?: AbortSignal): Promise<LoginChallenge> {
    return this.#begin({ user: userName, pass: password, passwordless: false }, signal);
  }

  /** A challenge for any passkey of this cluster (login.md 2.7). */
  async passkeyBegin(signal?: AbortSignal): Promise<LoginChallenge> {
    return this.#begin({ user: '', pass: '', passwordless: true }, signal);
  }

  async #begin(body: unknown, signal: AbortSignal | undefined): Promise<LoginChallenge> {
    return parseLoginChallenge(expectOk(await this.#post('/webapi/mfa/login/begin', body, signal)));
  }

  async loginFinish(
    options: {
      userName: string;
      password: string;
      oneTimeCode: string;
      assertion?: AssertionAnswer | undefined;
      keys: LoginKeys;
      ttlMs: number;
    },
    signal?: AbortSignal,
  ): Promise<LoginAnswer> {
    const { keys } = options;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const body = {
      user: options.userName,
      password: options.password,
      totp_code: options.oneTimeCode,
      webauthn_challenge_response: options.assertion ? toLoginAssertion(options.assertion) : null,
      ...(keys.single
        ? { pub_key: base64(keys.sshPublicKey) }
        : { ssh_pub_key: base64(keys.sshPublicKey), tls_pub_key: base64(keys.tlsPublicKey) }),
      ttl: options.ttlMs * 1_000_000,
      compatibility: 'standard',
      RouteToCluster: '',
      KubernetesCluster: '',
    };
    return parseLoginAnswer(expectOk(await this.#post('/webapi/mfa/login/finish', body, signal)));
  }

  #get(path: string, signal: AbortSignal | undefined): Promise<HttpsAnswer> {
    return sendHttps({ ...this.#options, method: 'GET', path }, signal);
  }

  #post(path: string, body: unknown, signal: AbortSignal | undefined): Promise<HttpsAnswer> {
    return sendHttps({ ...this.#options, method: 'POST', path, body }, signal);
  }
}

function expectOk(answer: HttpsAnswer): string {
  if (answer.status === 200) return answer.body;
  throw errorFromHttp(answer.status, answer.body);
}

/** Finds the port of a typed address by pinging: the typed one, or else 443 and then 3080. */
export async function findProxy(
  typed: string,
  trust: ServerTrust,
  signal?: AbortSignal,
): Promise<{ address: ProxyAddress; ping: Awaited<ReturnType<WebApi['ping']>> }> {
  const { host, ports } = parseTypedAddress(typed);
  let first: unknown;
  for (const port of ports) {
    const address = { host, port };
    try {
      return { address, ping: await new WebApi({ address, trust }).ping(signal) };
    } catch (error) {
      if (isAppError(error, 'host-not-found', 'cancelled', 'tls-untrusted')) throw error;
      first ??= error;
    }
  }
  throw first;
}
