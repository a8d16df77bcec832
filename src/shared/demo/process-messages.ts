import { z } from 'zod';

// Messages between the app and the process of the embedded cluster, over Node's IPC channel.

export const FromParent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('credentials'), id: z.number().int() }),
  z.object({ kind: z.literal('stop') }),
]);
export type FromParent = z.infer<typeof FromParent>;

export const FromCluster = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), address: z.string(), caPem: z.string(), userName: z.string() }),
  z.object({
    kind: z.literal('credentials'),
    id: z.number().int(),
    password: z.string(),
    oneTimeCode: z.string(),
  }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type FromCluster = z.infer<typeof FromCluster>;
