import { randomUUID } from 'node:crypto';
import type { PaneId, ShellId, TabId, TerminalSize, TunnelId } from '../../shared/contract/ids.ts';
import {
  resourcesTabId,
  type SettingsSection,
  type Tab,
  type WorkspaceInfo,
} from '../../shared/contract/workspace.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { RequestUri } from '../../shared/uri/uri.ts';
import type { StateHub } from '../state/state-hub.ts';

export interface TabDocuments {
  closeShell(id: ShellId): void;
  closePane(id: PaneId): void;
  /** A new shell on the same server with the same login. */
  duplicateShell(id: ShellId, size: TerminalSize): ShellId;
}

export const initialWorkspace: WorkspaceInfo = {
  tabs: [{ kind: 'resources', id: resourcesTabId }],
  activeTabId: resourcesTabId,
};

/** The row of tabs and which one is in front. The first tab is the list and stays. */
export class WorkspaceService {
  readonly #hub: StateHub;
  readonly #documents: TabDocuments;

  constructor(hub: StateHub, documents: TabDocuments) {
    this.#hub = hub;
    this.#documents = documents;
  }

  /** Puts a tab behind `after`, or last, and brings it to the front. */
  openShellTab(shellId: ShellId, title: string, after?: TabId): TabId {
    const { tabs } = this.#workspace;
    const id = randomUUID();
    const index = after === undefined ? tabs.length : tabs.findIndex((tab) => tab.id === after) + 1;
    this.#put({ tabs: tabs.toSpliced(index, 0, { kind: 'shell', id, shellId, title }), activeTabId: id });
    return id;
  }

  openFilesTab(paneId: PaneId): TabId {
    return this.#show({ kind: 'files', id: randomUUID(), paneId }, () => false);
  }

  /** The tabs of the last run, behind those that are open already. */
  reopen(tabs: readonly Tab[], activeTabId: TabId | undefined): void {
    const all = [...this.#workspace.tabs, ...tabs];
    const isThere = all.some((tab) => tab.id === activeTabId);
    this.#put({ tabs: all, ...(isThere && activeTabId !== undefined ? { activeTabId } : {}) });
  }

  /** Absent = nothing waits for an answer. */
  setReopenOffer(tabs: number | undefined): void {
    const { reopenOffer: _old, ...rest } = this.#workspace;
    const value = tabs === undefined ? rest : { ...rest, reopenOffer: { tabs } };
    this.#hub.put({ slice: 'workspace', value });
  }

  /** The tab of a tunnel comes to the front; it is opened when there is none. */
  showTunnelTab(tunnelId: TunnelId): TabId {
    return this.#show({ kind: 'tunnel', id: randomUUID(), tunnelId }, (tab) =>
      tab.kind === 'tunnel' ? tab.tunnelId === tunnelId : false,
    );
  }

  closeTunnelTab(tunnelId: TunnelId): void {
    const tab = this.#workspace.tabs.find(
      (candidate) => candidate.kind === 'tunnel' && candidate.tunnelId === tunnelId,
    );
    if (tab) this.close(tab.id);
  }

  showRequestsTab(): TabId {
    return this.#show({ kind: 'requests', id: randomUUID() }, (tab) => tab.kind === 'requests');
  }

  showRequestTab(requestUri: RequestUri): TabId {
    return this.#show({ kind: 'request', id: randomUUID(), requestUri }, (tab) =>
      tab.kind === 'request' ? tab.requestUri === requestUri : false,
    );
  }

  showSettingsTab(section: SettingsSection): TabId {
    const id = this.#show({ kind: 'settings', id: randomUUID(), section }, (tab) => tab.kind === 'settings');
    const { tabs } = this.#workspace;
    this.#put({ tabs: tabs.map((tab) => (tab.kind === 'settings' ? { ...tab, section } : tab)) });
    return id;
  }

  activate(tabId: TabId): void {
    this.#find(tabId);
    this.#put({ activeTabId: tabId });
  }

  close(tabId: TabId): void {
    const tab = this.#find(tabId);
    if (tab.kind === 'resources')
      throw new AppError('unsupported', 'The list of resources cannot be closed.');
    const { tabs, activeTabId } = this.#workspace;
    const index = tabs.indexOf(tab);
    const left = tabs.toSpliced(index, 1);
    const next = left[index] ?? left[index - 1];
    this.#put({ tabs: left, activeTabId: activeTabId === tabId && next ? next.id : activeTabId });
    if (tab.kind === 'shell') this.#documents.closeShell(tab.shellId);
    if (tab.kind === 'files') this.#documents.closePane(tab.paneId);
  }

  move(tabId: TabId, toIndex: number): void {
    const tab = this.#find(tabId);
    if (tab.kind === 'resources') return;
    const others = this.#workspace.tabs.filter((other) => other !== tab);
    const index = Math.min(Math.max(1, toIndex), others.length);
    this.#put({ tabs: others.toSpliced(index, 0, tab) });
  }

  duplicate(tabId: TabId, size: TerminalSize): TabId {
    const tab = this.#find(tabId);
    if (tab.kind !== 'shell') throw new AppError('unsupported', 'Only terminals can be duplicated.');
    const shellId = this.#documents.duplicateShell(tab.shellId, size);
    return this.openShellTab(shellId, '', tab.id);
  }

  /** The shell of a tab; undefined for other tabs. */
  shellOf(tabId: TabId): ShellId | undefined {
    const tab = this.#find(tabId);
    return tab.kind === 'shell' ? tab.shellId : undefined;
  }

  setShellTitle(shellId: ShellId, title: string): void {
    const { tabs } = this.#workspace;
    this.#put({
      tabs: tabs.map((tab) => (tab.kind === 'shell' && tab.shellId === shellId ? { ...tab, title } : tab)),
    });
  }

  /** A known tab comes to the front; a new one is put last. */
  #show(fresh: Tab, isKnown: (tab: Tab) => boolean): TabId {
    const { tabs } = this.#workspace;
    const known = tabs.find(isKnown);
    const tab = known ?? fresh;
    this.#put({ tabs: known ? tabs : [...tabs, tab], activeTabId: tab.id });
    return tab.id;
  }

  get #workspace(): WorkspaceInfo {
    return this.#hub.state.workspace;
  }

  #find(tabId: TabId): Tab {
    const tab = this.#workspace.tabs.find((candidate) => candidate.id === tabId);
    if (tab) return tab;
    throw new AppError('not-found', 'This tab is closed.');
  }

  #put(change: Partial<WorkspaceInfo>): void {
    this.#hub.put({ slice: 'workspace', value: { ...this.#workspace, ...change } });
  }
}
