import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { isAppError } from '../shared/errors/app-error.ts';
import type { ClusterCore } from './core.ts';
import { AssertionBody, assertionOf, challengeBody, userOfAssertion, wrongByteOf } from './mfa/login.ts';
import { scopes } from './mfa/version-rules.ts';

const maxBodyBytes = 256 * 1024;
const bucketSize = 40;
const refillMs = 3_000;
const maxTtlMs = 30 * 3_600_000;
const nanosPerMs = 1_000_000;

const text = z.string().max(100_000);
const Begin = z.object({ user: text, pass: text, passwordless: z.boolean().nullish() });
const Finish = z.object({
  user: text,
  password: text,
  totp_code: text.nullish(),
  webauthn_challenge_response: AssertionBody.nullish(),
  pub_key: text.nullish(),
  ssh_pub_key: text.nullish(),
  tls_pub_key: text.nullish(),
  ttl: z.number().nullish(),
  compatibility: z.enum(['', 'standard', 'oldssh']).nullish(),
  RouteToCluster: text.nullish(),
});

class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The proxy's web API: ping, find and the local login (login.md 2). Feed it TLS sockets as `connection` events. */
export function createWebService(core: ClusterCore): Server {
  const bucket = new TokenBucket(core.now);
  return createServer((request, response) => {
    response.setHeader('date', core.now().toUTCString());
    handle(core, bucket, request)
      .then((body) => send(response, 200, body))
      .catch((error: unknown) => {
        if (error instanceof HttpError) send(response, error.status, { error: { message: error.message } });
        else if (isAppError(error)) send(response, 400, { error: { message: error.message } });
        else send(response, 500, { error: { message: 'internal error' } });
      });
  });
}

async function handle(core: ClusterCore, bucket: TokenBucket, request: IncomingMessage): Promise<unknown> {
  const path = new URL(request.url ?? '/', 'https://proxy').pathname.replace(/^\/v1(?=\/webapi)/, '');
  const route = `${request.method} ${path}`;
  switch (route) {
    case 'GET /webapi/ping':
    case 'GET /webapi/ping/local':
    case 'GET /webapi/find':
      return ping(core);
    case 'GET /webapi/motd':
      return { Text: core.options.messageOfTheDay ?? '' };
    case 'GET /.well-known/jwks.json':
      return core.appTokens.keySet();
    case 'POST /webapi/mfa/login/begin':
      bucket.take();
      return begin(core, await readJson(request, Begin));
    case 'POST /webapi/mfa/login/finish':
      bucket.take();
      return finish(core, await readJson(request, Finish));
    default:
      throw new HttpError(404, 'path not found');
  }
}

function ping(core: ClusterCore): unknown {
  const { pose, options } = core;
  const address = `127.0.0.1:${core.port()}`;
  const isRouting = options.tlsRouting ?? true;
  return {
    auth: {
      type: 'local',
      ...secondFactors(core),
      local: { name: '' },
      private_key_policy: 'none',
      device_trust: { disabled: true, auto_enroll: false },
      has_motd: (options.messageOfTheDay ?? '') !== '',
      default_session_ttl: '12h0m0s',
      ...(pose.splitKeys ? { signature_algorithm_suite: 'balanced-v1' } : {}),
    },
    proxy: {
      kube: { enabled: false },
      ssh: {
        listen_addr: address,
        tunnel_listen_addr: address,
        web_listen_addr: address,
        public_addr: `localhost:${core.port()}`,
        ...(isRouting ? {} : { ssh_public_addr: `localhost:${core.sshPort()}` }),
      },
      db: {},
      tls_routing_enabled: isRouting,
    },
    server_version: pose.serverVersion,
    min_client_version: pose.minClientVersion,
    cluster_name: options.name,
    automatic_upgrades: false,
    ...(pose.splitKeys
      ? {
          auto_update: { tools_auto_update: false, tools_version: pose.serverVersion },
          edition: 'community',
          fips: false,
        }
      : {}),
  };
}

function secondFactors(core: ClusterCore) {
  const hasOtp = core.mfa.allows('otp');
  if (!core.mfa.allows('webauthn')) return { second_factor: 'otp', preferred_local_mfa: 'otp' };
  return {
    second_factor: hasOtp ? 'on' : 'webauthn',
    preferred_local_mfa: 'webauthn',
    allow_passwordless: true,
    webauthn: { rp_id: core.mfa.rpId },
  };
}

function begin(core: ClusterCore, body: z.output<typeof Begin>): unknown {
  const sso = core.pose.splitKeys ? { sso_challenge: null } : {};
  if (body.passwordless) {
    if (!core.mfa.allows('webauthn')) throw new HttpError(400, 'passwordless requires WebAuthn');
    const challenge = challengeBody(core.mfa.ceremonies.beginPasswordless());
    return { webauthn_challenge: challenge, totp_challenge: false, ...sso };
  }
  if (!core.users.checkPassword(body.user, body.pass)) throw new HttpError(403, 'invalid credentials');
  const { code, webauthn } = core.mfa.challenge(body.user, scopes.login, false);
  return {
    webauthn_challenge: webauthn ? challengeBody(webauthn) : null,
    totp_challenge: code,
    ...sso,
  };
}

async function finish(core: ClusterCore, body: z.output<typeof Finish>): Promise<unknown> {
  const keys = readKeys(core, body);
  const answer = body.webauthn_challenge_response;
  const userName = answer ? await userOfKey(core, body, answer) : body.user;
  const outcome = answer
    ? core.users.finishLogin(userName)
    : core.users.checkLogin(body.user, body.password, body.totp_code ?? '');
  if (outcome === 'blocked') throw new HttpError(403, 'too many incorrect attempts, please try again later');
  if (outcome === 'wrong') throw new HttpError(403, 'invalid username, password or second factor');
  if (outcome === 'missing-code') throw new HttpError(403, 'missing second factor');
  if (outcome !== 'ok')
    throw new HttpError(403, `lock targeting User:"${userName}" is in force: ${outcome.locked}`);
  if (body.RouteToCluster && body.RouteToCluster !== core.options.name) {
    throw new HttpError(404, `remote cluster "${body.RouteToCluster}" is not found`);
  }
  const issued = await core.issueUser(userName, keys, readTtl(body.ttl));
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  return {
    username: userName,
    cert: base64(issued.ssh),
    tls_cert: base64(issued.tls),
    host_signers: [
      {
        domain_name: core.options.name,
        checking_keys: [base64(core.hostAuthority.sshLine)],
        tls_certs: [base64(core.hostAuthority.tls.pem)],
      },
    ],
    ...(core.pose.splitKeys ? { samlSingleLogoutEnabled: false, mfa_token: '' } : {}),
  };
}

/** A password that is sent is checked; none is needed next to a security key (login.md 2.5). */
async function userOfKey(
  core: ClusterCore,
  body: z.output<typeof Finish>,
  answer: z.output<typeof AssertionBody>,
): Promise<string> {
  const wrongByte = wrongByteOf(answer);
  if (wrongByte !== undefined)
    throw new HttpError(400, `request: illegal base64 data at input byte ${wrongByte}`);
  if (body.user !== '' && core.users.isBlocked(body.user))
    throw new HttpError(403, 'too many incorrect attempts, please try again later');
  const isWrongPassword = body.password !== '' && !core.users.checkPassword(body.user, body.password);
  const user = isWrongPassword ? undefined : await userOfAssertion(core, body.user, assertionOf(answer));
  if (user !== undefined) return user;
  if (!isWrongPassword) core.users.countFailure(body.user);
  throw new HttpError(403, 'invalid credentials');
}

function readTtl(ttl: number | null | undefined): number {
  const asked = Math.floor((ttl ?? 0) / nanosPerMs);
  return asked === 0 ? 12 * 3_600_000 : Math.min(asked, maxTtlMs);
}

/** One key before v17, two from then on; the wrong kind is refused as the real servers do (login.md 2.4). */
function readKeys(
  core: ClusterCore,
  body: z.output<typeof Finish>,
): { ssh: string; tls: string | undefined } {
  const decode = (value: string) => Buffer.from(value, 'base64').toString('utf8');
  if (!core.pose.splitKeys) {
    if (!body.pub_key) throw new HttpError(500, 'ssh: no key found');
    return { ssh: decode(body.pub_key), tls: undefined };
  }
  if (!body.ssh_pub_key || !body.tls_pub_key)
    throw new HttpError(400, "'ssh_pub_key' or 'tls_pub_key' must be set");
  return { ssh: decode(body.ssh_pub_key), tls: decode(body.tls_pub_key) };
}

async function readJson<T extends z.ZodType>(request: IncomingMessage, schema: T): Promise<z.output<T>> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new HttpError(400, 'invalid request');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new HttpError(400, 'request: too large');
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'request: not JSON');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HttpError(400, `request: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const payload = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': payload.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(payload);
}

/** The limit that both login calls share (login.md 2.1). */
class TokenBucket {
  readonly #now: () => Date;
  #tokens = bucketSize;
  #refilled: number;

  constructor(now: () => Date) {
    this.#now = now;
    this.#refilled = now().getTime();
  }

  take(): void {
    const elapsed = this.#now().getTime() - this.#refilled;
    const gained = Math.floor(elapsed / refillMs);
    if (gained > 0) {
      this.#tokens = Math.min(bucketSize, this.#tokens + gained);
      this.#refilled += gained * refillMs;
    }
    if (this.#tokens <= 0) throw new HttpError(429, 'rate limit exceeded, try again in 3s');
    this.#tokens -= 1;
  }
}
