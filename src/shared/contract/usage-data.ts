import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ClusterUri } from '../uri/uri.ts';
import { Instant, LongText, ShortText } from './ids.ts';

/** Which part of the window opened something (telemetry.md 6.2). */
export const UsageOrigin = z.enum(['resource_table', 'search_bar', 'connection_list', 'reopened_session']);
export type UsageOrigin = z.infer<typeof UsageOrigin>;

/** The answers that the question about the job role offers; anything else is typed (telemetry.md 2.3). */
export const jobRoles = [
  'Software Engineer',
  'Support Engineer',
  'DevOps Engineer',
  'Solutions Architect',
  'System Administrator',
] as const;

/**
 * `naming`: waits, in memory, for the cluster's id that its names are hashed with; `queued`: waits to be sent;
 * `sent`: the collector took it; `dropped`: given up after several attempts, or for want of room; `discarded`: emptied by
 * the person; `example`: what would be sent, made for the preview alone.
 */
export const UsageEventStatus = z.enum(['naming', 'queued', 'sent', 'dropped', 'discarded', 'example']);
export type UsageEventStatus = z.infer<typeof UsageEventStatus>;

/** One event, decoded and as the bytes that go out. */
export const UsageEventInfo = z.object({
  id: ShortText,
  /** `cluster_login`, `protocol_use`, … */
  name: ShortText,
  at: Instant,
  status: UsageEventStatus,
  fields: z.array(z.object({ name: ShortText, value: LongText, isAnonymized: z.boolean() })).max(20),
  /** The protobuf message in hexadecimal; empty while it waits for its names. */
  bytes: z.string().max(20_000),
});
export type UsageEventInfo = z.infer<typeof UsageEventInfo>;

export const UsageDataInfo = z.object({
  /** Where events go; absent in a build that has no collector: then there is nothing to decide. */
  collector: ShortText.optional(),
  consent: z.enum(['undecided', 'allowed', 'declined']),
  /** What forces it off, as a sentence; the switch cannot be turned on then. */
  forcedOffBy: ShortText.optional(),
  /** Consent has not been asked for in this start, and should be. */
  asksForConsent: z.boolean(),
  asksForJobRole: z.boolean(),
  /** Clusters for which nothing is sent. */
  mutedClusters: z.array(ClusterUri).max(1_000),
  counts: z.object({
    queued: z.number().int().nonnegative(),
    sent: z.number().int().nonnegative(),
    dropped: z.number().int().nonnegative(),
  }),
  /** Why the last attempt failed; sending goes on by itself. */
  lastFailure: z.object({ at: Instant, reason: ShortText }).optional(),
  /** Random, made with the consent; absent before. */
  installationId: ShortText.optional(),
  /** Newest first, from this start. */
  recent: z.array(UsageEventInfo).max(50),
});
export type UsageDataInfo = z.infer<typeof UsageDataInfo>;

export const usageData = {
  /** `allow` and `decline` answer for good; `later` asks again at the next start. */
  answer: oc.input(z.object({ answer: z.enum(['allow', 'decline', 'later']) })).output(z.void()),
  /** The switch. Off empties the queue at once; `discarded` counts what was in it. */
  setAllowed: oc
    .input(z.object({ isAllowed: z.boolean() }))
    .output(z.object({ discarded: z.number().int().nonnegative() })),
  /** Absent `jobRole` = skipped. Asked once for an installation. */
  answerJobRole: oc
    .input(z.object({ jobRole: z.string().trim().min(1).max(200).optional() }))
    .output(z.void()),
  /** Muting throws away what waits for that cluster too; `discarded` counts it. */
  setMuted: oc
    .input(z.object({ clusterUri: ClusterUri, isMuted: z.boolean() }))
    .output(z.object({ discarded: z.number().int().nonnegative() })),
  resetInstallationId: oc.output(z.void()),
  /** One example of every event, made as real ones are; nothing is queued. Works before consent too. */
  preview: oc.output(z.array(UsageEventInfo).max(20)),
};
