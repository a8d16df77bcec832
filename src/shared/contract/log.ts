import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { Instant, ShortText } from './ids.ts';

/** From the gravest to the most talkative. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export const LogLevel = z.enum(logLevels);
export type LogLevel = z.infer<typeof LogLevel>;

/** Which part of the app wrote a line. */
export const logDomains = [
  'app',
  'clusters',
  'requests',
  'shells',
  'files',
  'tunnels',
  'settings',
  'usage-data',
  'page',
] as const;
export const LogDomain = z.enum(logDomains);
export type LogDomain = z.infer<typeof LogDomain>;

/**
 * `word`: the program's own, such as a code, a version or an id made here; `name`: a user, cluster, host, resource or address;
 * `path`: a place on this machine; `prose`: a sentence that may hold any of these; `secret`: never kept in any form.
 */
export const logValueKinds = ['word', 'name', 'path', 'prose', 'secret'] as const;
export const LogValueKind = z.enum(logValueKinds);
export type LogValueKind = z.infer<typeof LogValueKind>;

export const LogField = z.object({
  name: ShortText,
  kind: LogValueKind,
  /** What the file has: `#` and eight digits in place of a name or a path, the same for the same value of a run. */
  written: z.string().max(5_000),
  /** In clear; only of this run, and never of a secret. */
  clear: z.string().max(5_000).optional(),
});
export type LogField = z.infer<typeof LogField>;

export const LogEntry = z.object({
  at: Instant,
  level: LogLevel,
  domain: LogDomain,
  event: ShortText,
  fields: z.array(LogField).max(50),
});
export type LogEntry = z.infer<typeof LogEntry>;

export const log = {
  /** First what is kept, oldest first, in pieces; then what comes, until the caller stops. */
  watch: oc.output(eventIterator(z.object({ entries: z.array(LogEntry).max(500) }))),
};
