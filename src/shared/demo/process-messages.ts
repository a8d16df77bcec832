import { z } from 'zod';

// Messages between the app and the process of the embedded cluster, over Node's IPC channel.

const DemoUser = z.object({ userName: z.string(), about: z.string() });

export const FromParent = z.discriminatedUnion('kind', [
  /** First of all: where the cluster keeps what must survive, and the secret of this installation (base64). */
  z.object({
    kind: z.literal('begin'),
    kept: z.object({ folder: z.string(), key: z.string() }).optional(),
  }),
  z.object({ kind: z.literal('credentials'), id: z.number().int(), userName: z.string() }),
  z.object({ kind: z.literal('stop') }),
]);
export type FromParent = z.infer<typeof FromParent>;

export const FromCluster = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    address: z.string(),
    caPem: z.string(),
    /** The first one is signed in when nobody is named. */
    users: z.tuple([DemoUser], DemoUser),
  }),
  z.object({
    kind: z.literal('credentials'),
    id: z.number().int(),
    password: z.string(),
    oneTimeCode: z.string(),
  }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type FromCluster = z.infer<typeof FromCluster>;
