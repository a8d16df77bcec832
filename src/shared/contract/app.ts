import { oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri, ClusterUri } from '../uri/uri.ts';
import { LongText, ShortText } from './ids.ts';

/** A capability: the host itself makes the page larger and smaller, as `appearance.zoom` says. */
export const hostZoom = 'zoom';

/** Facts of this start that do not change while it runs. */
export const AppInfo = z.object({
  version: ShortText,
  host: z.enum(['electron', 'loopback']),
  platform: ShortText,
  /** What only some hosts can do; the page hides what is absent. */
  capabilities: z.array(ShortText).max(50),
  /** The embedded cluster of this start, when there is one. */
  demo: z
    .object({
      clusterUri: ClusterUri,
      accountUri: AccountUri,
      userName: ShortText,
      users: z.array(z.object({ userName: ShortText, accountUri: AccountUri, about: ShortText })).max(20),
    })
    .optional(),
  /** Whether SSH runs on ssh2's native cryptography. */
  nativeCrypto: z.boolean(),
});
export type AppInfo = z.infer<typeof AppInfo>;

export const app = {
  /** Opens a link of a terminal in the system's browser. Only http and https. */
  openExternal: oc.input(z.object({ url: z.url({ protocol: /^https?$/ }).max(4_000) })).output(z.void()),
  /** A failure that the page met and could not handle; kept in the log. */
  reportProblem: oc.input(z.object({ message: ShortText, stack: LongText })).output(z.void()),
};
