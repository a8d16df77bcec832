import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri } from '../uri/uri.ts';
import { Instant, ShortText } from './ids.ts';
import { LogEntry } from './log.ts';

/** One open connection of the app. */
export const LinkInfo = z.object({
  /** `proxy`: streams to servers; `auth`: lists, requests and certificates. */
  use: z.enum(['proxy', 'auth']),
  /** What is spoken in it. */
  transport: z.enum(['gRPC', 'SSH']),
  /** What TLS agreed on; absent when nothing was. */
  alpn: ShortText.optional(),
  tls: ShortText.optional(),
  /** `ip:port` of the other side, or of the HTTP proxy between. */
  remote: ShortText,
  throughHttpProxy: z.boolean(),
});
export type LinkInfo = z.infer<typeof LinkInfo>;

export const AccountDiagnosis = z.object({
  uri: AccountUri,
  userName: ShortText,
  clusterName: ShortText,
  address: ShortText,
  /** Absent until the cluster has answered in this run. */
  serverVersion: ShortText.optional(),
  status: z.enum(['signed-in', 'expired', 'signed-out']),
  connection: z.enum(['idle', 'connecting', 'connected', 'lost']),
  roundTripMs: z.number().nonnegative().optional(),
  validFrom: Instant.optional(),
  validUntil: Instant.optional(),
  links: z.array(LinkInfo).max(20),
});
export type AccountDiagnosis = z.infer<typeof AccountDiagnosis>;

/** A shell or a tunnel. */
export const SessionDiagnosis = z.object({
  kind: z.enum(['shell', 'local-shell', 'database', 'app', 'kubernetes']),
  name: ShortText,
  clusterName: ShortText,
  state: ShortText,
  /** Where a tunnel listens. */
  address: ShortText.optional(),
  openConnections: z.number().int().nonnegative().optional(),
  /** End of a tunnel's own certificate. */
  validUntil: Instant.optional(),
  lastError: z.object({ at: Instant, code: ShortText }).optional(),
});
export type SessionDiagnosis = z.infer<typeof SessionDiagnosis>;

export const Diagnosis = z.object({
  /** Of the app and of what it runs on. */
  versions: z.array(z.object({ name: ShortText, version: ShortText })).max(30),
  accounts: z.array(AccountDiagnosis).max(10_000),
  sessions: z.array(SessionDiagnosis).max(10_000),
  /** What went wrong in this run, newest first. */
  troubles: z.array(LogEntry).max(100),
  dataFolder: z.string().max(2_000),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

export const diagnostics = {
  /** How things are, and again after each change, until the caller stops. */
  watch: oc.output(eventIterator(Diagnosis)),
  /** All of it as a text to send to somebody. Without names, users, clusters, hosts, addresses and paths are numbered instead. */
  report: oc
    .input(z.object({ withNames: z.boolean() }))
    .output(z.object({ text: z.string().max(1_000_000) })),
};
