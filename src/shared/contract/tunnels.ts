import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ErrorInfo } from '../errors/app-error.ts';
import { UsageOrigin } from './usage-data.ts';
import { AccountUri, ResourceUri } from '../uri/uri.ts';
import { Instant, LongText, ShortText, TabId, TerminalSize, TunnelGroupId, TunnelId } from './ids.ts';

export const PortNumber = z.number().int().min(1).max(65_535);

/** What a local address leads to. Two tunnels never have the same target. */
export const TunnelTarget = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('database'),
    resourceUri: ResourceUri,
    /** Empty where the protocol lets the client's own packet name the user. */
    databaseUser: ShortText,
  }),
  z.object({
    kind: z.literal('app'),
    resourceUri: ResourceUri,
    /** Target port of a TCP app that has several. */
    targetPort: PortNumber.optional(),
  }),
  /** Kubernetes clusters of one account share one listener. */
  z.object({ kind: z.literal('kubernetes'), resourceUri: ResourceUri }),
]);
export type TunnelTarget = z.infer<typeof TunnelTarget>;

/**
 * `idle` listens without a certificate and brings itself up with the first connection; `waiting` holds connections until
 * the person has signed in or confirmed; `failed` listens, and says why the last attempt failed; `closed` does not listen.
 */
export const TunnelStatus = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('idle') }),
  z.object({ kind: z.literal('preparing') }),
  z.object({ kind: z.literal('waiting'), for: z.enum(['sign-in', 'second-factor']) }),
  z.object({ kind: z.literal('ready'), validUntil: Instant }),
  z.object({ kind: z.literal('failed'), error: ErrorInfo }),
  z.object({ kind: z.literal('closed'), error: ErrorInfo.optional() }),
]);
export type TunnelStatus = z.infer<typeof TunnelStatus>;

/** One way to use a tunnel from a command line. */
export const TunnelCommand = z.object({
  title: ShortText,
  /** As one pastes it into a shell. */
  preview: LongText,
  /** Whether its program was found on this machine. */
  isInstalled: z.boolean(),
  /** How to get the program, when it was not found. */
  install: ShortText.optional(),
});
export type TunnelCommand = z.infer<typeof TunnelCommand>;

export const TunnelTraffic = z.object({
  openConnections: z.number().int().nonnegative(),
  bytesFromClient: z.number().nonnegative(),
  bytesToClient: z.number().nonnegative(),
  /** Bytes of both directions in each of the last 60 seconds, oldest first; empty when nothing moved. */
  recent: z.array(z.number().nonnegative()).max(60),
});
export type TunnelTraffic = z.infer<typeof TunnelTraffic>;

/** One tunnel. It keeps its id and its port for ever, over restarts of the app. */
export const TunnelInfo = z.object({
  id: TunnelId,
  accountUri: AccountUri,
  target: TunnelTarget,
  /** Name of the database, app or Kubernetes cluster. */
  name: ShortText,
  /** Protocol of a database; `http` or `tcp` of an app; `https` of Kubernetes. */
  protocol: ShortText,
  port: PortNumber,
  /** `127.0.0.1:<port>`, or the address of an HTTP app, as one copies it. */
  address: ShortText,
  status: TunnelStatus,
  /** Name of the database that commands name; empty where the protocol knows none. */
  databaseName: ShortText,
  /** For programs that take one string: `postgres://…`; empty where there is none. */
  connectionString: LongText,
  commands: z.array(TunnelCommand).max(10),
  traffic: TunnelTraffic,
  /** The last refused or failed connection, with what the app found out about it. */
  lastError: z.object({ at: Instant, error: ErrorInfo }).optional(),
  /** Kubernetes only. */
  kubeconfigPath: ShortText.optional(),
  /** Kubernetes only: name of the context in that file. */
  kubeContext: ShortText.optional(),
  /** Kubernetes only: whether the contexts of the account are in the person's own kubeconfig. */
  isInOwnKubeconfig: z.boolean().optional(),
});
export type TunnelInfo = z.infer<typeof TunnelInfo>;

/** What the account may choose for a resource before a tunnel is opened. */
export const TunnelChoices = z.object({
  protocol: ShortText,
  databaseUsers: z.array(ShortText).max(1_000),
  /** A role allows any name: what is typed counts. */
  anyDatabaseUser: z.boolean(),
  databaseNames: z.array(ShortText).max(1_000),
  anyDatabaseName: z.boolean(),
  /** The protocol cannot do without. */
  needsDatabaseUser: z.boolean(),
  /** Ranges of a TCP app with several ports; empty for all others. */
  targetPorts: z.array(z.object({ from: PortNumber, to: PortNumber })).max(1_000),
  /** A second factor will be asked for. */
  needsSecondFactor: z.boolean(),
  /** What this person chose the last time. */
  lastDatabaseUser: ShortText.optional(),
  lastDatabaseName: ShortText.optional(),
  lastTargetPort: PortNumber.optional(),
});
export type TunnelChoices = z.infer<typeof TunnelChoices>;

/** Tunnels that open together. */
export const TunnelGroup = z.object({
  id: TunnelGroupId,
  name: z.string().min(1).max(100),
  tunnelIds: z.array(TunnelId).min(1).max(1_000),
});
export type TunnelGroup = z.infer<typeof TunnelGroup>;

const onGroup = z.object({ groupId: TunnelGroupId });
const onTunnel = z.object({ tunnelId: TunnelId });

export const tunnels = {
  /** Looks the resource up and tells what may be chosen; fails with the reason when it may not be used. */
  choices: oc.input(z.object({ resourceUri: ResourceUri })).output(TunnelChoices),
  /**
   * Opens a tunnel and its tab; a known target gets its known port. `port-taken` names the program, and has a free port
   * as the fact `freePort`.
   */
  open: oc
    .input(
      z.object({
        target: TunnelTarget,
        databaseName: ShortText.optional(),
        port: PortNumber.optional(),
        /** For usage data. */
        origin: UsageOrigin.default('resource_table'),
      }),
    )
    .output(z.object({ tunnelId: TunnelId, tabId: TabId })),
  /** Brings the tab of a known tunnel to the front, or opens one; looks for the programs of its commands again. */
  show: oc.input(onTunnel).output(z.object({ tabId: TabId })),
  /** Stops listening and ends its connections; the target keeps its port for next time. */
  close: oc.input(onTunnel).output(z.void()),
  /** Listens again after `close` or a taken port. */
  listen: oc.input(onTunnel).output(z.void()),
  /** Closes it and forgets its port. */
  forget: oc.input(onTunnel).output(z.void()),
  /** Moves the listener; when the new port cannot be had, the old one stays. */
  setPort: oc.input(onTunnel.extend({ port: PortNumber })).output(z.void()),
  /** A free port near a taken one. */
  suggestPort: oc.input(onTunnel).output(z.object({ port: PortNumber })),
  setDatabaseName: oc.input(onTunnel.extend({ databaseName: ShortText })).output(z.void()),
  /** Runs a command of the tunnel in a terminal tab, and makes a closed tunnel listen; `command` counts in `TunnelInfo.commands`. */
  run: oc
    .input(onTunnel.extend({ command: z.number().int().min(0).max(9), size: TerminalSize }))
    .output(z.object({ tabId: TabId })),
  /** Keeps tunnels together under a name; a known name gets the new ones. */
  saveGroup: oc.input(TunnelGroup.omit({ id: true })).output(z.object({ groupId: TunnelGroupId })),
  /** Makes every tunnel of the group listen. What fails shows in the state of its tunnel. */
  openGroup: oc.input(onGroup).output(z.void()),
  /** Its tunnels stay as they are. */
  removeGroup: oc.input(onGroup).output(z.void()),
  /** A terminal tab with `KUBECONFIG` set; makes a closed tunnel listen. */
  openKubeShell: oc.input(onTunnel.extend({ size: TerminalSize })).output(z.object({ tabId: TabId })),
  /** Writes the contexts of this account into the person's own kubeconfig, or takes them out again; a copy is kept. */
  mergeKubeconfig: oc
    .input(z.object({ accountUri: AccountUri, isMerged: z.boolean() }))
    .output(z.object({ path: ShortText, copy: ShortText.optional() })),
  /**
   * Makes an HTTP app ready for the browser: through its local address, or through the proxy's own web page. The page
   * opens the answer, because under the loopback host its browser may run on another machine.
   */
  openApp: oc
    .input(
      z.object({
        resourceUri: ResourceUri,
        through: z.enum(['tunnel', 'proxy']),
        /** For usage data. */
        origin: UsageOrigin.default('resource_table'),
      }),
    )
    .output(z.object({ url: z.string().max(4_000) })),
};
