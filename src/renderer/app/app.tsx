import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type AppError, isAppError } from '../../shared/errors/app-error.ts';
import { type AccountUri, clusterOf, parseAccountUri } from '../../shared/uri/uri.ts';
import { toAppError } from '../client/api.ts';
import { AssumeDialog } from '../features/access-requests/assume-dialog.tsx';
import { CartBar } from '../features/access-requests/cart-bar.tsx';
import { ExplainDialog } from '../features/access-requests/explain-dialog.tsx';
import { RequestDocument } from '../features/access-requests/request-document.tsx';
import { RequestForm } from '../features/access-requests/request-form.tsx';
import { RequestsDocument } from '../features/access-requests/requests-document.tsx';
import { AddClusterDialog } from '../features/clusters/add-cluster-dialog.tsx';
import { FirstStart } from '../features/clusters/first-start.tsx';
import { SignInDialog } from '../features/clusters/sign-in-dialog.tsx';
import { DevicesDialog } from '../features/devices/devices-dialog.tsx';
import { CloseWithTransfersDialog } from '../features/files/close-dialog.tsx';
import { FilesPane } from '../features/files/file-pane.tsx';
import { FilesDocument } from '../features/files/files-document.tsx';
import { ShellSplit } from '../features/files/shell-split.tsx';
import { CommandPalette } from '../features/palette/command-palette.tsx';
import { ResourcesPage } from '../features/resources/resources-page.tsx';
import { ConnectPopup } from '../features/tunnels/connect-popup.tsx';
import { ProxyPassword } from '../features/settings/proxy-password.tsx';
import { SettingsDocument } from '../features/settings/settings-document.tsx';
import { UsageQuestions } from '../features/usage-data/consent-dialog.tsx';
import { UsageDataSection } from '../features/usage-data/usage-data-section.tsx';
import { TunnelDocument } from '../features/tunnels/tunnel-document.tsx';
import { PasteDialog } from '../features/terminal/paste-dialog.tsx';
import { useActiveAccount, useAppState, useClusterOf, useHasState, useLink } from '../state/store.ts';
import { type DialogRequest, type NoticeAction, type UiActions, UiContext } from '../state/ui-state.ts';
import { useCommands } from './commands.ts';
import { type Notice, Notices } from './notices.tsx';
import { PromptHost } from './prompt-host.tsx';
import { ReopenDialog } from './reopen-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { StatusBar } from './status-bar.tsx';
import { TabBar } from './tab-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { useAppearance } from '../state/use-appearance.ts';
import { useChords } from './use-chords.ts';
import { useRequestNotices } from './use-request-notices.ts';
import './app.css';

// The terminal is half of the page's code: the list need not wait for it, and the first shell finds it loaded.
const loadTerminal = () => import('../features/terminal/terminal-view.tsx');
const TerminalView = lazy(() => loadTerminal().then((module) => ({ default: module.TerminalView })));
const TerminalPreview = lazy(() =>
  import('../features/terminal/terminal-preview.tsx').then((module) => ({ default: module.TerminalPreview })),
);

export function App() {
  const hasState = useHasState();
  const link = useLink();
  if (hasState) return <Frame />;
  return (
    <main className="starting">
      {link === 'lost' && (
        <p role="alert">Porthole does not answer. This page connects by itself as soon as it can.</p>
      )}
    </main>
  );
}

/** The window: bars around the document of the tab in front, and what floats above them. */
function Frame() {
  useAppearance();
  const link = useLink();
  const [dialog, setDialog] = useState<DialogRequest>();
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const focusBefore = useRef<HTMLElement | null>(null);
  const openPalette = useCallback(() => {
    focusBefore.current = document.activeElement as HTMLElement | null;
    setPaletteOpen(true);
  }, []);
  const closePalette = useCallback(() => {
    setPaletteOpen(false);
    // The focus goes back to where it was, unless what was chosen has taken it.
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        focusBefore.current?.focus();
    });
  }, []);
  const [notices, setNotices] = useState<readonly Notice[]>([]);

  const addNotice = useCallback((text: string, error?: AppError, action?: NoticeAction) => {
    setNotices((old) => {
      const same = old.find((notice) => notice.text === text);
      const others = old.filter((notice) => notice !== same);
      return [
        ...others,
        {
          id: crypto.randomUUID(),
          text,
          count: (same?.count ?? 0) + 1,
          ...(error ? { error } : {}),
          ...(action ? { action } : {}),
        },
      ].slice(-3);
    });
  }, []);
  const ui = useMemo<UiActions>(() => {
    const report = (error: AppError) => addNotice(error.message, error);
    const guard = async (account: AccountUri | undefined, work: () => Promise<void>) => {
      try {
        await work();
      } catch (failure) {
        const error = toAppError(failure);
        if (!account || !isAppError(error, 'session-expired', 'signed-out')) {
          report(error);
          return;
        }
        setDialog({
          kind: 'sign-in',
          clusterUri: clusterOf(account),
          userName: parseAccountUri(account)?.userName ?? '',
          reason: `${error.message} After signing in Porthole goes on.`,
          afterwards: () => void work().catch((again: unknown) => report(toAppError(again))),
        });
      }
    };
    return {
      ask: setDialog,
      closeDialog: () => setDialog(undefined),
      openPalette,
      report,
      notify: (text, action) => addNotice(text, undefined, action),
      retract: (text) => setNotices((old) => old.filter((notice) => notice.text !== text)),
      guard,
    };
  }, [addNotice, openPalette]);

  return (
    <UiContext value={ui}>
      <FrameBody onPalette={openPalette} dialog={dialog} palette={isPaletteOpen ? closePalette : undefined} />
      <Notices
        notices={notices}
        onDismiss={(id) => setNotices((old) => old.filter((notice) => notice.id !== id))}
      />
      {link === 'lost' && (
        <div className="link-lost" role="alert">
          Porthole does not answer. This page connects by itself as soon as it can.
        </div>
      )}
    </UiContext>
  );
}

function FrameBody(props: {
  onPalette: () => void;
  dialog: DialogRequest | undefined;
  palette: (() => void) | undefined;
}) {
  useEffect(() => {
    requestIdleCallback(() => void loadTerminal());
  }, []);
  const account = useActiveAccount();
  const cluster = useClusterOf(account?.uri);
  const workspace = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const tunnels = useAppState((state) => state.tunnels);
  const filePanes = useAppState((state) => state.filePanes);
  const root = useRef<HTMLDivElement>(null);
  const commands = useCommands({ openPalette: props.onPalette, root });
  useChords(commands);
  useRequestNotices();
  const isListInFront = workspace.activeTabId === workspace.tabs[0]?.id;
  const front = workspace.tabs.find((tab) => tab.id === workspace.activeTabId);

  useEffect(() => {
    if (isListInFront && !document.activeElement?.closest('.top-bar, .tab-bar'))
      root.current?.querySelector<HTMLElement>('.resource-row[tabindex="0"]')?.focus();
  }, [isListInFront]);

  return (
    <div className="frame" ref={root}>
      <TopBar onPalette={props.onPalette} />
      <TabBar />
      <div className="documents" data-region="document" tabIndex={-1}>
        <div
          className="document"
          hidden={!isListInFront}
          role={isListInFront ? 'tabpanel' : undefined}
          aria-label="Resources"
        >
          {account && cluster ? (
            <ResourcesPage key={account.uri} account={account} cluster={cluster} />
          ) : (
            <FirstStart />
          )}
        </div>
        {workspace.tabs.map((tab) => {
          const isFront = tab.id === workspace.activeTabId;
          if (tab.kind === 'requests') return <RequestsDocument key={tab.id} isFront={isFront} />;
          if (tab.kind !== 'request') return null;
          return (
            <RequestDocument
              key={tab.id}
              requestUri={tab.requestUri}
              isFront={isFront}
              onClose={() => commands.closeTab(tab.id)}
            />
          );
        })}
        {workspace.tabs.map((tab) => {
          const tunnel = tab.kind === 'tunnel' ? tunnels[tab.tunnelId] : undefined;
          return (
            tunnel && (
              <TunnelDocument key={tab.id} tunnel={tunnel} isFront={tab.id === workspace.activeTabId} />
            )
          );
        })}
        {workspace.tabs.map(
          (tab) =>
            tab.kind === 'settings' && (
              <SettingsDocument
                key={tab.id}
                section={tab.section}
                isFront={tab.id === workspace.activeTabId}
                parts={{
                  appearance: (
                    <Suspense>
                      <TerminalPreview />
                    </Suspense>
                  ),
                  network: <ProxyPassword />,
                  'usage-data': <UsageDataSection />,
                }}
              />
            ),
        )}
        {workspace.tabs.map((tab) => {
          const pane = tab.kind === 'files' ? filePanes[tab.paneId] : undefined;
          return (
            pane && <FilesDocument key={tab.id} pane={pane} isFront={tab.id === workspace.activeTabId} />
          );
        })}
        <Suspense>
          {workspace.tabs.map((tab) => {
            const shell = tab.kind === 'shell' ? shells[tab.shellId] : undefined;
            if (!shell) return null;
            const isFront = tab.id === workspace.activeTabId;
            const pane = Object.values(filePanes).find((one) => one.shellId === shell.id);
            return (
              <ShellSplit
                key={tab.id}
                isFront={isFront}
                terminal={
                  <TerminalView shell={shell} isFront={isFront} onClose={() => commands.closeTab(tab.id)} />
                }
                pane={pane && <FilesPane key={pane.id} pane={pane} onClose={commands.closeFiles} />}
              />
            );
          })}
        </Suspense>
      </div>
      {(front?.kind === 'resources' || front?.kind === 'requests') && <CartBar />}
      <StatusBar
        shell={front?.kind === 'shell' ? shells[front.shellId] : undefined}
        tunnel={front?.kind === 'tunnel' ? tunnels[front.tunnelId] : undefined}
      />
      {props.palette && (
        <CommandPalette actions={commands.actions} tabs={commands.tabs} onClose={props.palette} />
      )}
      <OpenDialog request={props.dialog} />
      {/* These dialogs may be what waits for the prompt; every other one is finished first. */}
      {(!props.dialog || maskedByPrompts.has(props.dialog.kind)) && <PromptHost />}
      {!props.dialog &&
        (workspace.reopenOffer ? <ReopenDialog offer={workspace.reopenOffer} /> : <UsageQuestions />)}
    </div>
  );
}

const maskedByPrompts: ReadonlySet<DialogRequest['kind']> = new Set([
  'connect',
  'devices',
  'request-access',
  'assume',
  'explain',
]);

function OpenDialog({ request }: { request: DialogRequest | undefined }) {
  switch (request?.kind) {
    case 'add-cluster':
      return <AddClusterDialog />;
    case 'sign-in':
      return <SignInDialog key={`${request.clusterUri}/${request.userName}`} request={request} />;
    case 'connect':
      return <ConnectPopup key={request.resource.uri} request={request} />;
    case 'paste':
      return <PasteDialog request={request} />;
    case 'request-access':
      return <RequestForm key={request.accountUri} accountUri={request.accountUri} />;
    case 'assume':
      return <AssumeDialog key={request.requestUri} requestUri={request.requestUri} />;
    case 'explain':
      return (
        <ExplainDialog key={request.resourceUri} resourceUri={request.resourceUri} name={request.name} />
      );
    case 'devices':
      return <DevicesDialog key={request.accountUri} accountUri={request.accountUri} />;
    case 'close-with-transfers':
      return <CloseWithTransfersDialog tabId={request.tabId} transferIds={request.transferIds} />;
    case 'shortcuts':
      return <ShortcutsDialog />;
    default:
      return null;
  }
}
