import type { ShellId, TunnelId } from '../../shared/contract/ids.ts';
import type { ShellTarget } from '../../shared/contract/shells.ts';
import type { Tab } from '../../shared/contract/workspace.ts';
import {
  type AccountUri,
  type ClusterUri,
  clusterOf,
  formatAccountUri,
  formatResourceUri,
  parseAccountUri,
  parseClusterUri,
  parseResourceUri,
  type ResourceUri,
} from '../../shared/uri/uri.ts';
import type { PaneService } from '../files/pane-service.ts';
import type { Host } from '../host/host.ts';
import { WindowBounds } from '../host/window-bounds.ts';
import type { LocalShellService } from '../local-shell/local-shell-service.ts';
import type { Logger } from '../log/log.ts';
import { ScreenStore } from '../shells/screen-store.ts';
import type { ShellService } from '../shells/shell-service.ts';
import type { StateHub } from '../state/state-hub.ts';
import type { TunnelService } from '../tunnels/tunnel-service.ts';
import { type KeptPane, type KeptShell, type KeptTabs, TabStore } from '../workspace/tab-store.ts';
import type { WorkspaceService } from '../workspace/workspace-service.ts';
import type { UsageEvents } from './usage-events.ts';

const tickMs = 1_000;
const ticksBetweenScreens = 10;
const maxScreenBytes = 256 << 10;
const crashesBeforeAsking = 2;

export interface ReopeningParts {
  readonly host: Host;
  readonly hub: StateHub;
  readonly log: Logger;
  readonly now: () => Date;
  readonly shells: ShellService;
  readonly localShells: LocalShellService;
  readonly workspace: WorkspaceService;
  readonly panes: PaneService;
  readonly tunnels: TunnelService;
  readonly usageEvents: UsageEvents;
  readonly demoUri: ClusterUri | undefined;
}

/**
 * Keeps the tabs and the screens of their shells, and opens them in the next run: after a quit, a crash, a reboot. A crash
 * loses at most the last seconds of a screen.
 */
export class Reopening {
  readonly #parts: ReopeningParts;
  readonly #tabs: TabStore;
  readonly #screens: ScreenStore;
  readonly #saved = new Map<ShellId, number>();
  readonly #timer: NodeJS.Timeout;
  /** What waits for an answer; the files stay as they are until then. */
  #offered: KeptTabs | undefined;
  #ticks = 0;

  constructor(parts: ReopeningParts) {
    const { host, log } = parts;
    this.#parts = parts;
    this.#tabs = new TabStore({
      tabs: host.openStore('workspace'),
      run: host.openStore('run'),
      log,
    });
    this.#screens = new ScreenStore(host.dataFolder, host.secrets);
    const crashes = this.#tabs.beginRun();
    const kept = this.#isOn ? this.#tabs.load() : undefined;
    if (kept && kept.tabs.length > 0 && crashes >= crashesBeforeAsking) {
      this.#offered = kept;
      parts.workspace.setReopenOffer(kept.tabs.length);
    } else if (kept) this.#open(kept);
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  /** Where the page's window is; a host with windows of its own knows better. */
  noteWindow(bounds: { x: number; y: number; width: number; height: number }): void {
    const { host, log } = this.#parts;
    const parsed = WindowBounds.safeParse(bounds);
    if (host.kind !== 'loopback' || !parsed.success) return;
    try {
      host.openStore('window').write(parsed.data);
    } catch (error) {
      log.error('window-not-kept', error);
    }
  }

  answer(opens: boolean): void {
    const kept = this.#offered;
    this.#offered = undefined;
    this.#parts.workspace.setReopenOffer(undefined);
    if (kept && opens) this.#open(kept);
  }

  /** Before the shells end: their screens are kept as they are now. */
  dispose(): void {
    clearInterval(this.#timer);
    this.#save(true);
    this.#tabs.endRun();
  }

  get #isOn(): boolean {
    return this.#parts.hub.state.settings.values['workspace.restore'];
  }

  #tick(): void {
    this.#ticks += 1;
    this.#save(this.#ticks % ticksBetweenScreens === 0);
  }

  #save(withScreens: boolean): void {
    if (this.#offered) return;
    const { workspace, shells } = this.#parts.hub.state;
    const tabs = this.#isOn ? workspace.tabs.filter((tab) => tab.kind !== 'resources') : [];
    const ids = new Set(
      tabs.flatMap((tab) => (tab.kind === 'shell' && shells[tab.shellId] ? [tab.shellId] : [])),
    );
    this.#tabs.save({
      format: 1,
      tabs,
      activeTabId: workspace.activeTabId,
      shells: [...ids].map((id) => this.#kept(id)).filter((shell) => shell !== undefined),
      panes: this.#isOn ? this.#keptPanes() : [],
    });
    if (!withScreens) return;
    this.#saveScreens(ids);
  }

  #saveScreens(ids: ReadonlySet<ShellId>): void {
    try {
      for (const shell of this.#parts.shells.all()) {
        const { id } = shell.info;
        if (!ids.has(id) || this.#saved.get(id) === shell.outputBytes) continue;
        this.#screens.save(id, shell.screen(maxScreenBytes));
        this.#saved.set(id, shell.outputBytes);
      }
      this.#screens.keepOnly(ids);
    } catch (error) {
      this.#parts.log.error('screens-not-kept', error);
    }
  }

  #kept(id: ShellId): KeptShell | undefined {
    const { hub, localShells } = this.#parts;
    const info = hub.state.shells[id];
    if (!info) return undefined;
    const { accountUri, target } = info;
    const folder = target.kind === 'local' ? localShells.folderOf(id) : undefined;
    return {
      id,
      ...(accountUri ? { accountUri } : {}),
      target: target.kind === 'local' && folder !== undefined ? { ...target, folder } : target,
      isDemo: accountUri ? (hub.state.clusters[clusterOf(accountUri)]?.isDemo ?? false) : false,
    };
  }

  #keptPanes(): KeptPane[] {
    const { clusters } = this.#parts.hub.state;
    return this.#parts.panes.kept.map((pane) => ({
      ...pane,
      isDemo: clusters[clusterOf(pane.serverUri)]?.isDemo ?? false,
    }));
  }

  #open(kept: KeptTabs): void {
    const { shells, workspace, tunnels, usageEvents, now } = this.#parts;
    const known = new Set(tunnels.definitions.map((definition) => definition.id));
    for (const shell of kept.shells) {
      const placed = this.#place(shell);
      if (!placed) continue;
      shells.reopen(placed, now().toISOString(), this.#screens.load(shell.id));
      usageEvents.reopened(shell.id);
    }
    for (const pane of kept.panes) this.#reopenPane(pane);
    const tabs = kept.tabs.filter((tab) => this.#isThere(tab, known));
    for (const tab of tabs) if (tab.kind === 'tunnel') this.#tunnelReopened(tab.tunnelId);
    workspace.reopen(tabs, kept.activeTabId);
  }

  #isThere(tab: Tab, tunnels: ReadonlySet<TunnelId>): boolean {
    if (tab.kind === 'shell') return this.#parts.shells.find(tab.shellId) !== undefined;
    if (tab.kind === 'tunnel') return tunnels.has(tab.tunnelId);
    if (tab.kind === 'files') return this.#parts.hub.state.filePanes[tab.paneId] !== undefined;
    if (tab.kind === 'request')
      return this.#parts.hub.state.clusters[clusterOf(tab.requestUri)] !== undefined;
    return tab.kind === 'requests' || tab.kind === 'settings';
  }

  #reopenPane({ isDemo, ...pane }: KeptPane): void {
    const { demoUri, hub, panes, shells } = this.#parts;
    const address = isDemo ? demoUri && parseClusterUri(demoUri)?.address : undefined;
    const serverUri = isDemo ? movedResource(pane.serverUri, address) : pane.serverUri;
    if (!serverUri || !hub.state.clusters[clusterOf(serverUri)]) return;
    if (pane.shellId === undefined || shells.find(pane.shellId)) panes.reopen({ ...pane, serverUri });
  }

  #tunnelReopened(id: TunnelId): void {
    const { tunnels, usageEvents } = this.#parts;
    const tunnel = tunnels.get(id);
    if (tunnel.definition.isOpen) usageEvents.tunnelOpened(tunnel.info, 'reopened_session');
    else usageEvents.reopened(id);
  }

  /** A shell as it is in this start; undefined for a server whose cluster is not there. */
  #place({ isDemo, ...shell }: KeptShell): Omit<KeptShell, 'isDemo'> | undefined {
    const { demoUri, hub } = this.#parts;
    const { id, target } = shell;
    const address = isDemo ? demoUri && parseClusterUri(demoUri)?.address : undefined;
    const accountUri = isDemo
      ? shell.accountUri && movedAccount(shell.accountUri, address)
      : shell.accountUri;
    const isKnown = accountUri !== undefined && hub.state.clusters[clusterOf(accountUri)] !== undefined;
    if (target.kind === 'local') return { id, target, ...(isKnown ? { accountUri } : {}) };
    const moved = isDemo ? movedTarget(target, address) : target;
    return isKnown && moved ? { id, target: moved, accountUri } : undefined;
  }
}

function movedAccount(uri: AccountUri, address: string | undefined): AccountUri | undefined {
  const parts = parseAccountUri(uri);
  return parts && address !== undefined ? formatAccountUri({ ...parts, address }) : undefined;
}

function movedTarget(
  target: Extract<ShellTarget, { kind: 'server' }>,
  address: string | undefined,
): ShellTarget | undefined {
  const serverUri = movedResource(target.serverUri, address);
  return serverUri && { ...target, serverUri };
}

function movedResource(uri: ResourceUri, address: string | undefined): ResourceUri | undefined {
  const parts = parseResourceUri(uri);
  return parts && address !== undefined ? formatResourceUri({ ...parts, address }) : undefined;
}
