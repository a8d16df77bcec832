import { oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri, RequestUri } from '../uri/uri.ts';
import { PaneId, ShellId, ShortText, TabId, TerminalSize, TunnelId } from './ids.ts';

/** The pinned first tab: the list of the active account. */
export const resourcesTabId: TabId = 'resources';

/** The parts of the settings page. */
export const settingsSections = [
  'appearance',
  'terminal',
  'keys',
  'network',
  'connections',
  'notifications',
  'usage-data',
  'advanced',
  'log',
  'diagnostics',
  'about',
] as const;
export const SettingsSection = z.enum(settingsSections);
export type SettingsSection = z.infer<typeof SettingsSection>;

export const Tab = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resources'), id: TabId }),
  z.object({ kind: z.literal('shell'), id: TabId, shellId: ShellId, title: ShortText }),
  z.object({ kind: z.literal('tunnel'), id: TabId, tunnelId: TunnelId }),
  /** The files of a server, without a shell. */
  z.object({ kind: z.literal('files'), id: TabId, paneId: PaneId }),
  /** The requests of all accounts. */
  z.object({ kind: z.literal('requests'), id: TabId }),
  z.object({ kind: z.literal('request'), id: TabId, requestUri: RequestUri }),
  z.object({ kind: z.literal('settings'), id: TabId, section: SettingsSection }),
]);
export type Tab = z.infer<typeof Tab>;

export const WorkspaceInfo = z.object({
  tabs: z.array(Tab).max(1_000),
  activeTabId: TabId,
  activeAccountUri: AccountUri.optional(),
  /** Porthole ended unexpectedly twice in a row: its tabs wait for an answer. */
  reopenOffer: z.object({ tabs: z.number().int().positive() }).optional(),
});
export type WorkspaceInfo = z.infer<typeof WorkspaceInfo>;

export const workspace = {
  activateTab: oc.input(z.object({ tabId: TabId })).output(z.void()),
  /** Ends the tab's shell; a tunnel goes on without its tab. The pinned tab cannot be closed. */
  closeTab: oc.input(z.object({ tabId: TabId })).output(z.void()),
  /** Brings the list of requests to the front, or opens it. */
  openRequests: oc.output(z.object({ tabId: TabId })),
  /** The same for one request; a link into the app ends here. */
  openRequest: oc.input(z.object({ requestUri: RequestUri })).output(z.object({ tabId: TabId })),
  /** Brings the settings to the front, at a section, or opens them. */
  openSettings: oc.input(z.object({ section: SettingsSection })).output(z.object({ tabId: TabId })),
  /** Under the loopback host the page tells where its window is, in pixels; the next start opens it there. */
  noteWindow: oc
    .input(
      z.object({
        x: z.number().int().min(-100_000).max(100_000),
        y: z.number().int().min(-100_000).max(100_000),
        width: z.number().int().min(1).max(20_000),
        height: z.number().int().min(1).max(20_000),
      }),
    )
    .output(z.void()),
  /** Answers `reopenOffer`. */
  answerReopen: oc.input(z.object({ opens: z.boolean() })).output(z.void()),
  /** `toIndex` counts among all tabs; the pinned tab stays first. */
  moveTab: oc.input(z.object({ tabId: TabId, toIndex: z.number().int().min(0).max(1_000) })).output(z.void()),
  /** A new shell like the tab's, beside the old one; `unsupported` for other tabs. */
  duplicateTab: oc.input(z.object({ tabId: TabId, size: TerminalSize })).output(z.object({ tabId: TabId })),
};
