import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, ResourceUri } from '../uri/uri.ts';
import { Instant, ShellId, ShortText, TabId, TerminalSize } from './ids.ts';

/** Why a shell is over. `failed` carries the code: network, expired certificate, access denied, lock. */
export const ShellEnd = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), code: z.number().int() }),
  z.object({ kind: z.literal('signalled'), signal: ShortText }),
  z.object({ kind: z.literal('failed'), error: ErrorInfo }),
]);
export type ShellEnd = z.infer<typeof ShellEnd>;

export const ShellStatus = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting'), step: z.enum(['proxy', 'server', 'shell']) }),
  z.object({ kind: z.literal('open'), since: Instant }),
  z.object({ kind: z.literal('ended'), at: Instant, end: ShellEnd }),
]);
export type ShellStatus = z.infer<typeof ShellStatus>;

/** A shell keeps its id, and its screen, when it is reconnected. */
export const ShellInfo = z.object({
  id: ShellId,
  accountUri: AccountUri,
  serverUri: ResourceUri,
  serverName: ShortText,
  login: ShortText,
  status: ShellStatus,
});
export type ShellInfo = z.infer<typeof ShellInfo>;

export const shells = {
  /** Opens a tab at once and connects in the background; the state says how it goes. */
  open: oc
    .input(
      z.object({
        serverUri: ResourceUri,
        serverName: ShortText,
        login: z.string().min(1).max(500),
        size: TerminalSize,
      }),
    )
    .output(z.object({ tabId: TabId, shellId: ShellId })),
  /** Connects an ended shell again, below what its screen holds. */
  reconnect: oc.input(z.object({ shellId: ShellId, size: TerminalSize })).output(z.void()),
  resize: oc.input(z.object({ shellId: ShellId, size: TerminalSize })).output(z.void()),
  /** The title that the program in the shell has set (OSC 0 and 2); empty gives the default back. */
  setTitle: oc.input(z.object({ shellId: ShellId, title: z.string().max(200) })).output(z.void()),
};
