import { oc } from '@orpc/contract';
import { z } from 'zod';
import { AccountUri } from '../uri/uri.ts';
import { ShellId, ShortText, TabId, TerminalSize } from './ids.ts';

/** The pinned first tab: the list of the active account. */
export const resourcesTabId: TabId = 'resources';

export const Tab = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resources'), id: TabId }),
  z.object({ kind: z.literal('shell'), id: TabId, shellId: ShellId, title: ShortText }),
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
  /** Ends the tab's shell. The pinned tab cannot be closed. */
  closeTab: oc.input(z.object({ tabId: TabId })).output(z.void()),
  /** `toIndex` counts among all tabs; the pinned tab stays first. */
  moveTab: oc.input(z.object({ tabId: TabId, toIndex: z.number().int().min(0).max(1_000) })).output(z.void()),
  /** A new shell on the same server with the same login, beside the old one. */
  duplicateTab: oc.input(z.object({ tabId: TabId, size: TerminalSize })).output(z.object({ tabId: TabId })),
};
