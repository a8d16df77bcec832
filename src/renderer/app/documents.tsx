import { lazy, Suspense } from 'react';
import type { Tab } from '../../shared/contract/workspace.ts';
import { RequestDocument } from '../features/access-requests/request-document.tsx';
import { RequestsDocument } from '../features/access-requests/requests-document.tsx';
import { ClusterTrusts } from '../features/clusters/cluster-trust.tsx';
import { FirstStart } from '../features/clusters/first-start.tsx';
import { AboutSection } from '../features/diagnostics/about-section.tsx';
import { DiagnosticsSection } from '../features/diagnostics/diagnostics-section.tsx';
import { LogSection } from '../features/diagnostics/log-section.tsx';
import { FilesPane } from '../features/files/file-pane.tsx';
import { FilesDocument } from '../features/files/files-document.tsx';
import { ShellSplit } from '../features/files/shell-split.tsx';
import { ResourcesPage } from '../features/resources/resources-page.tsx';
import { KeysSection } from '../features/settings/keys-section.tsx';
import { ProxyPassword } from '../features/settings/proxy-password.tsx';
import { SettingsDocument } from '../features/settings/settings-document.tsx';
import { TunnelDocument } from '../features/tunnels/tunnel-document.tsx';
import { UsageDataSection } from '../features/usage-data/usage-data-section.tsx';
import { useActiveAccount, useAppState, useClusterOf } from '../state/store.ts';

// The terminal is half of the page's code: the list need not wait for it, and the first shell finds it loaded.
export const loadTerminal = () => import('../features/terminal/terminal-view.tsx');
const TerminalView = lazy(() => loadTerminal().then((module) => ({ default: module.TerminalView })));
const TerminalPreview = lazy(() =>
  import('../features/terminal/terminal-preview.tsx').then((module) => ({ default: module.TerminalPreview })),
);

interface DocumentProps {
  readonly closeTab: (tabId: string) => void;
  readonly closeFiles: () => void;
}

/** The documents of all tabs. Each lives as long as its tab; the one in front is in sight. */
export function Documents(props: DocumentProps) {
  const { tabs, activeTabId } = useAppState((state) => state.workspace);
  const of = (tab: Tab) => <TabDocument key={tab.id} tab={tab} isFront={tab.id === activeTabId} {...props} />;
  return (
    <div className="documents" data-region="document" tabIndex={-1}>
      <ListDocument isFront={activeTabId === tabs[0]?.id} />
      {tabs.filter((tab) => tab.kind !== 'shell').map(of)}
      <Suspense>{tabs.filter((tab) => tab.kind === 'shell').map(of)}</Suspense>
    </div>
  );
}

function ListDocument({ isFront }: { isFront: boolean }) {
  const account = useActiveAccount();
  const cluster = useClusterOf(account?.uri);
  return (
    <div
      className="document"
      hidden={!isFront}
      role={isFront ? 'tabpanel' : undefined}
      aria-label="Resources"
    >
      {account && cluster ? (
        <ResourcesPage key={account.uri} account={account} cluster={cluster} />
      ) : (
        <FirstStart />
      )}
    </div>
  );
}

function TabDocument(props: DocumentProps & { tab: Tab; isFront: boolean }) {
  const { tab, isFront } = props;
  const onClose = () => props.closeTab(tab.id);
  switch (tab.kind) {
    case 'resources':
      return null;
    case 'requests':
      return <RequestsDocument isFront={isFront} />;
    case 'request':
      return <RequestDocument requestUri={tab.requestUri} isFront={isFront} onClose={onClose} />;
    case 'tunnel':
      return <TunnelOfTab tunnelId={tab.tunnelId} isFront={isFront} />;
    case 'settings':
      return <SettingsDocument section={tab.section} isFront={isFront} parts={settingsParts} />;
    case 'files':
      return <FilesOfTab paneId={tab.paneId} isFront={isFront} />;
    case 'shell':
      return (
        <ShellOfTab
          shellId={tab.shellId}
          isFront={isFront}
          onClose={onClose}
          onCloseFiles={props.closeFiles}
        />
      );
  }
}

const settingsParts = {
  appearance: () => (
    <Suspense>
      <TerminalPreview />
    </Suspense>
  ),
  keys: (search: string) => <KeysSection search={search} />,
  network: () => (
    <>
      <ProxyPassword />
      <ClusterTrusts />
    </>
  ),
  'usage-data': () => <UsageDataSection />,
  log: () => <LogSection />,
  diagnostics: () => <DiagnosticsSection />,
  about: () => <AboutSection />,
};

function TunnelOfTab({ tunnelId, isFront }: { tunnelId: string; isFront: boolean }) {
  const tunnel = useAppState((state) => state.tunnels[tunnelId]);
  return tunnel ? <TunnelDocument tunnel={tunnel} isFront={isFront} /> : null;
}

function FilesOfTab({ paneId, isFront }: { paneId: string; isFront: boolean }) {
  const pane = useAppState((state) => state.filePanes[paneId]);
  return pane ? <FilesDocument pane={pane} isFront={isFront} /> : null;
}

function ShellOfTab(props: {
  shellId: string;
  isFront: boolean;
  onClose: () => void;
  onCloseFiles: () => void;
}) {
  const shell = useAppState((state) => state.shells[props.shellId]);
  const pane = useAppState((state) =>
    Object.values(state.filePanes).find((one) => one.shellId === props.shellId),
  );
  if (!shell) return null;
  return (
    <ShellSplit
      isFront={props.isFront}
      terminal={<TerminalView shell={shell} isFront={props.isFront} onClose={props.onClose} />}
      pane={pane && <FilesPane key={pane.id} pane={pane} onClose={props.onCloseFiles} />}
    />
  );
}
