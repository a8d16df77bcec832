import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { type AssertionChallenge, parseLoginAssertion } from '../webauthn.ts';
import { notTeleport } from './http-error.ts';

const text = z.string().max(2_000);
const optionalText = text.nullish().transform((value) => value ?? '');
const bytes = z
  .string()
  .max(200_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .transform((value) => Buffer.from(value, 'base64'));

/** What Porthole reads of `GET /webapi/ping` (login.md 2.2). */
const Ping = z.object({
  server_version: text,
  min_client_version: optionalText,
  cluster_name: optionalText,
  auth: z
    .object({
      type: optionalText,
      second_factor: optionalText,
      has_motd: z.boolean().nullish(),
      allow_passwordless: z.boolean().nullish(),
      private_key_policy: optionalText,
      default_session_ttl: optionalText,
      signature_algorithm_suite: z.union([text, z.number().int()]).nullish(),
    })
    .nullish(),
  proxy: z
    .object({
      tls_routing_enabled: z.boolean().nullish(),
      ssh: z
        .object({ public_addr: optionalText, ssh_public_addr: optionalText, listen_addr: optionalText })
        .nullish(),
    })
    .nullish(),
});

export interface ProxyPing {
  readonly serverVersion: string;
  readonly clusterName: string;
  readonly authKind: 'local' | 'github' | 'oidc' | 'saml' | 'unknown';
  readonly secondFactor: 'off' | 'optional' | 'otp' | 'webauthn' | 'on' | 'unknown';
  readonly passwordless: boolean;
  readonly hasMessage: boolean;
  readonly signatureSuite: SignatureSuite;
  readonly tlsRouting: boolean;
  /** `host:port`, `host` or empty. */
  readonly sshPublicAddress: string;
  readonly sshListenAddress: string;
}

export type SignatureSuite = 'legacy' | 'balanced-v1' | 'fips-v1' | 'hsm-v1';
const suites = ['legacy', 'legacy', 'balanced-v1', 'fips-v1', 'hsm-v1'] as const;

export function parsePing(body: string): ProxyPing {
  const parsed = Ping.safeParse(parseJson(body));
  if (!parsed.success) throw notTeleport(z.prettifyError(parsed.error));
  const { auth, proxy, ...ping } = parsed.data;
  const suite = auth?.signature_algorithm_suite;
  return {
    serverVersion: ping.server_version,
    clusterName: ping.cluster_name,
    authKind: oneOf(auth?.type, ['local', 'github', 'oidc', 'saml', 'unknown']),
    secondFactor: oneOf(auth?.second_factor, ['off', 'optional', 'otp', 'webauthn', 'on', 'unknown']),
    passwordless: auth?.allow_passwordless ?? false,
    hasMessage: auth?.has_motd ?? false,
    signatureSuite:
      typeof suite === 'number' ? (suites[suite] ?? 'legacy') : (suites.find((s) => s === suite) ?? 'legacy'),
    tlsRouting: proxy?.tls_routing_enabled ?? false,
    sshPublicAddress: proxy?.ssh?.ssh_public_addr ?? '',
    sshListenAddress: proxy?.ssh?.listen_addr ?? '',
  };
}

function oneOf<const T extends string>(
  value: string | undefined,
  known: readonly [...T[], 'unknown'],
): T | 'unknown' {
  return (known as readonly string[]).includes(value ?? '') ? (value as T) : 'unknown';
}

const Message = z.object({ Text: z.string().max(100_000).nullish() });

export function parseMessageOfTheDay(body: string): string {
  return checked(Message, body).Text ?? '';
}

const Challenge = z.object({
  totp_challenge: z.boolean().nullish(),
  webauthn_challenge: z.unknown().optional(),
});

/** The second factors that the cluster takes from this user (login.md 2.5). */
export interface LoginChallenge {
  readonly oneTimeCode: boolean;
  readonly securityKey: AssertionChallenge | undefined;
}

export function parseLoginChallenge(body: string): LoginChallenge {
  const value = checked(Challenge, body);
  return {
    oneTimeCode: value.totp_challenge ?? false,
    securityKey: value.webauthn_challenge == null ? undefined : parseLoginAssertion(value.webauthn_challenge),
  };
}

const LoginAnswer = z.object({
  username: optionalText,
  cert: bytes,
  tls_cert: bytes,
  host_signers: z
    .array(
      z.object({
        domain_name: text,
        checking_keys: z.array(bytes).max(50).nullish(),
        tls_certs: z.array(bytes).max(50).nullish(),
      }),
    )
    .min(1)
    .max(1_000),
});

/** Keys and certificates whose owner is the host authority of one cluster. */
export interface HostAuthority {
  readonly clusterName: string;
  /** authorized_keys lines. */
  readonly sshKeys: readonly string[];
  /** PEM. */
  readonly tlsCertificates: readonly string[];
}

export interface LoginAnswer {
  readonly userName: string;
  /** authorized_keys form. */
  readonly sshCertificate: string;
  /** PEM. */
  readonly tlsCertificate: string;
  readonly authorities: readonly HostAuthority[];
}

/** The answer of `mfa/login/finish` (login.md 3). */
export function parseLoginAnswer(body: string): LoginAnswer {
  const value = checked(LoginAnswer, body);
  return {
    userName: value.username,
    sshCertificate: value.cert.toString('utf8'),
    tlsCertificate: value.tls_cert.toString('utf8'),
    authorities: value.host_signers.map((signer) => ({
      clusterName: signer.domain_name,
      sshKeys: (signer.checking_keys ?? []).map((key) => key.toString('utf8')),
      tlsCertificates: (signer.tls_certs ?? []).map((pem) => pem.toString('utf8')),
    })),
  };
}

function checked<T extends z.ZodType>(schema: T, body: string): z.output<T> {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new AppError('answer-invalid', 'The cluster sent an answer that cannot be read.', {
    advice: 'Try again. If it stays, the cluster or something between is faulty.',
    action: 'retry',
    detail: z.prettifyError(parsed.error),
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw notTeleport(body.slice(0, 200));
  }
}
