import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { AccountUri, ResourceUri } from '../uri/uri.ts';
import { UsageOrigin } from './usage-data.ts';
import { Instant, LongText, ShellId, ShortText, TabId, TerminalSize, TunnelId } from './ids.ts';

/** Why a shell is over. `failed` carries the code: network, expired certificate, access denied, lock. */
export const ShellEnd = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), code: z.number().int() }),
  z.object({ kind: z.literal('signalled'), signal: ShortText }),
  z.object({ kind: z.literal('failed'), error: ErrorInfo }),
  /** It ran in the last run of Porthole; its screen is from there. */
  z.object({ kind: z.literal('reopened') }),
]);
export type ShellEnd = z.infer<typeof ShellEnd>;

export const ShellStatus = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting'), step: z.enum(['proxy', 'server', 'shell']) }),
  z.object({ kind: z.literal('open'), since: Instant }),
  z.object({ kind: z.literal('ended'), at: Instant, end: ShellEnd }),
]);
export type ShellStatus = z.infer<typeof ShellStatus>;

/** Where a shell runs: on a server of a cluster, or on this machine. */
export const ShellTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('server'), serverUri: ResourceUri, serverName: ShortText, login: ShortText }),
  z.object({
    kind: z.literal('local'),
    /** What the tab is called until the program sets a title. */
    title: ShortText,
    /** Absolute path of the shell that runs, or runs the command. */
    program: ShortText,
    /** Absolute path; empty = the home folder. */
    folder: LongText,
    /** Empty = an interactive shell; else a command line that was asked for, shown as it is. */
    command: LongText,
    /** The tunnel that it belongs to. */
    tunnelId: TunnelId.optional(),
  }),
]);
export type ShellTarget = z.infer<typeof ShellTarget>;

/** A shell keeps its id, and its screen, when it is reconnected. */
export const ShellInfo = z.object({
  id: ShellId,
  /** A local shell belongs to the account whose cluster its environment names; absent when there is none. */
  accountUri: AccountUri.optional(),
  target: ShellTarget,
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
        /** For usage data. */
        origin: UsageOrigin.default('resource_table'),
      }),
    )
    .output(z.object({ tabId: TabId, shellId: ShellId })),
  /** Shells of this machine that can be chosen, the login shell first. */
  localPrograms: oc.output(z.array(z.object({ name: ShortText, program: ShortText })).max(50)),
  /** A terminal on this machine, with the environment of the account's cluster. */
  openLocal: oc
    .input(
      z.object({
        accountUri: AccountUri.optional(),
        /** One of `localPrograms`; absent = the one that was used last, or the login shell. */
        program: ShortText.optional(),
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
