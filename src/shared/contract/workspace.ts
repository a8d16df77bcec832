import { oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri } from '../uri/uri.ts';
import { ShellId, ShortText, TabId, TerminalSize, TunnelId } from './ids.ts';

/** The pinned first tab: the list of the active account. */
export const resourcesTabId: TabId = 'resources';

export const Tab = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resources'), id: TabId }),
  z.object({ kind: z.literal('shell'), id: TabId, shellId: ShellId, title: ShortText }),
  z.object({ kind: z.literal('tunnel'), id: TabId, tunnelId: TunnelId }),
]);
export type Tab = z.infer<typeof Tab>;

export const WorkspaceInfo = z.object({
  tabs: z.array(Tab).max(1_000),
  activeTabId: TabId,
  activeAccountUri: AccountUri.optional(),
});
export type WorkspaceInfo = z.infer<typeof WorkspaceInfo>;

export const workspace = {
  activateTab: oc.input(z.object({ tabId: TabId })).output(z.void()),
  /** Ends the tab's shell; a tunnel goes on without its tab. The pinned tab cannot be closed. */
  closeTab: oc.input(z.object({ tabId: TabId })).output(z.void()),
  /** `toIndex` counts among all tabs; the pinned tab stays first. */
  moveTab: oc.input(z.object({ tabId: TabId, toIndex: z.number().int().min(0).max(1_000) })).output(z.void()),
  /** A new shell like the tab's, beside the old one; `unsupported` for other tabs. */
  duplicateTab: oc.input(z.object({ tabId: TabId, size: TerminalSize })).output(z.object({ tabId: TabId })),
};
