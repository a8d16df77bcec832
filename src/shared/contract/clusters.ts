import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, ClusterUri, RequestUri } from '../uri/uri.ts';
import { Instant, LongText, ShortText } from './ids.ts';

/** How the proxy's web certificate is trusted: by the system, or, for this one cluster, by what the user accepted. */
export const TrustChoice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('system') }),
  /** SHA-256 of the leaf certificate, upper-case hex pairs joined by colons. */
  z.object({ kind: z.literal('fingerprint'), sha256: z.string().regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) }),
  /** PEM of one or more CA certificates. */
  z.object({ kind: z.literal('ca'), pem: z.string().max(1_000_000) }),
]);
export type TrustChoice = z.infer<typeof TrustChoice>;

/** How a cluster is trusted, as it can be shown. */
export const ClusterTrust = z.object({
  kind: z.enum(['system', 'fingerprint', 'ca']),
  /** Of the one leaf that is accepted. */
  sha256: ShortText.optional(),
  /** The CAs that are accepted. */
  certificates: z
    .array(
      z.object({
        subject: ShortText,
        issuer: ShortText,
        validFrom: Instant,
        validUntil: Instant,
        sha256: ShortText,
      }),
    )
    .max(100),
});
export type ClusterTrust = z.infer<typeof ClusterTrust>;

/** What a ping of the proxy tells (login.md 2.2). */
export const ClusterFacts = z.object({
  /** `host:port` that answered. */
  address: ShortText,
  name: ShortText,
  serverVersion: ShortText,
  /** `local`, or the kind of single sign-on, which cannot be used yet. */
  authKind: z.enum(['local', 'github', 'oidc', 'saml', 'unknown']),
  secondFactor: z.enum(['off', 'optional', 'otp', 'webauthn', 'on', 'unknown']),
  /** A passkey alone may sign in. */
  passwordless: z.boolean(),
  /** Said to the user before the first sign-in; empty when there is none. */
  messageOfTheDay: LongText,
  /** Notes that do not stop the user, such as a server newer than this client knows. */
  warnings: z.array(ShortText).max(20),
});
export type ClusterFacts = z.infer<typeof ClusterFacts>;

/** One cluster of the list. `colour` picks one of the eight cluster hues of the design tokens. */
export const ClusterInfo = z.object({
  uri: ClusterUri,
  address: ShortText,
  name: ShortText,
  colour: z.number().int().min(0).max(7),
  trust: z.enum(['system', 'fingerprint', 'ca']),
  /** Absent until the cluster has answered once in this run. */
  facts: ClusterFacts.optional(),
  /** Why the last ping failed. */
  problem: ErrorInfo.optional(),
  /** The embedded cluster that this start brought along. */
  isDemo: z.boolean(),
});
export type ClusterInfo = z.infer<typeof ClusterInfo>;

export const ConnectionInfo = z.discriminatedUnion('state', [
  z.object({ state: z.literal('idle') }),
  z.object({ state: z.literal('connecting') }),
  z.object({ state: z.literal('connected'), roundTripMs: z.number().nonnegative().optional() }),
  z.object({ state: z.literal('lost'), problem: ErrorInfo }),
]);
export type ConnectionInfo = z.infer<typeof ConnectionInfo>;

/** A request whose access is in the account's certificate. */
export const AssumedRequest = z.object({
  requestUri: RequestUri,
  /** Empty until the request was read. */
  roles: z.array(ShortText).max(1_000),
  /** Shown names of the resources; empty for a request for roles. */
  resources: z.array(ShortText).max(1_000),
  until: Instant.optional(),
});
export type AssumedRequest = z.infer<typeof AssumedRequest>;

/** One user on one cluster. Never holds a key or a certificate. */
export const AccountInfo = z.object({
  uri: AccountUri,
  clusterUri: ClusterUri,
  userName: ShortText,
  status: z.enum(['signed-in', 'expired', 'signed-out']),
  validFrom: Instant.optional(),
  validUntil: Instant.optional(),
  roles: z.array(ShortText).max(1_000),
  /** SSH logins of the certificate, without Teleport's internal ones. */
  logins: z.array(ShortText).max(10_000),
  /** Oldest first; empty = the plain certificate. */
  assumed: z.array(AssumedRequest).max(100),
  connection: ConnectionInfo,
});
export type AccountInfo = z.infer<typeof AccountInfo>;

export const SignIn = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('password'),
    clusterUri: ClusterUri,
    userName: z.string().min(1).max(500),
    password: z.string().max(10_000),
    /** Digits of a one-time code, or empty when the user typed none. */
    oneTimeCode: z.string().max(20),
  }),
  /** Password and security key or passkey; aborting the call cancels the ceremony. */
  z.object({
    kind: z.literal('security-key'),
    clusterUri: ClusterUri,
    userName: z.string().min(1).max(500),
    password: z.string().max(10_000),
  }),
  /** A passkey alone; it names the user. */
  z.object({ kind: z.literal('passkey'), clusterUri: ClusterUri }),
  /** One of the embedded cluster's own users, else the first; password and code never leave the main process. */
  z.object({ kind: z.literal('demo'), userName: ShortText.optional() }),
]);
export type SignIn = z.infer<typeof SignIn>;

export const clusters = {
  /** Pings an address and stores nothing. Untrusted certificates fail with `tls-untrusted` and its facts. */
  probe: oc
    .input(z.object({ address: z.string().max(2_000), trust: TrustChoice.optional() }))
    .output(ClusterFacts),
  /** Pings and keeps the cluster; a known address gets the new trust. */
  add: oc
    .input(z.object({ address: z.string().max(2_000), trust: TrustChoice.optional() }))
    .output(z.object({ clusterUri: ClusterUri })),
  /** Pings a known cluster again and renews its facts. */
  refresh: oc.input(z.object({ clusterUri: ClusterUri })).output(ClusterFacts),
  /** How the proxy's web certificate is trusted. */
  trust: oc.input(z.object({ clusterUri: ClusterUri })).output(ClusterTrust),
  /**
   * Trusts it in another way: `system` forgets what was chosen. The cluster is pinged so first; when that fails, with
   * `tls-untrusted` and its facts or otherwise, everything stays as it was.
   */
  setTrust: oc.input(z.object({ clusterUri: ClusterUri, trust: TrustChoice })).output(z.void()),
  /** Signs out every user of the cluster and forgets it. */
  remove: oc.input(z.object({ clusterUri: ClusterUri })).output(z.void()),
  signIn: oc.input(SignIn).output(z.object({ accountUri: AccountUri })),
  /** Deletes the account's keys and certificates; its shells end. */
  signOut: oc.input(z.object({ accountUri: AccountUri })).output(z.void()),
  signOutAll: oc.output(z.void()),
  /** Chooses the account whose resources are shown. */
  activate: oc.input(z.object({ accountUri: AccountUri })).output(z.void()),
};
