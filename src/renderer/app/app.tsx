import { useEffect, useRef } from 'react';
import { CartBar } from '../features/access-requests/cart-bar.tsx';
import { CommandPalette } from '../features/palette/command-palette.tsx';
import { UsageQuestions } from '../features/usage-data/consent-dialog.tsx';
import { useAppState, useHasState, useLink } from '../state/store.ts';
import { type DialogRequest, UiContext } from '../state/ui-state.ts';
import { useAppearance } from '../state/use-appearance.ts';
import { useWindowBounds } from '../state/use-window-bounds.ts';
import { useCommands } from './commands.ts';
import { Documents, loadTerminal } from './documents.tsx';
import { Notices } from './notices.tsx';
import { OpenDialog } from './open-dialog.tsx';
import { PromptHost } from './prompt-host.tsx';
import { ReopenDialog } from './reopen-dialog.tsx';
import { StatusBar } from './status-bar.tsx';
import { TabBar } from './tab-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { useChords } from './use-chords.ts';
import { type FrameUi, useFrameUi } from './use-frame-ui.ts';
import { useRequestNotices } from './use-request-notices.ts';
import './app.css';

const lostText = 'Porthole does not answer. This page connects by itself as soon as it can.';

export function App() {
  const hasState = useHasState();
  const link = useLink();
  if (hasState) return <Frame />;
  return <main className="starting">{link === 'lost' && <p role="alert">{lostText}</p>}</main>;
}

/** The window: bars around the document of the tab in front, and what floats above them. */
function Frame() {
  useAppearance();
  useWindowBounds();
  const link = useLink();
  const frame = useFrameUi();
  return (
    <UiContext value={frame.ui}>
      <FrameBody frame={frame} />
      <Notices notices={frame.notices} onDismiss={frame.dismissNotice} />
      {link === 'lost' && (
        <div className="link-lost" role="alert">
          {lostText}
        </div>
      )}
    </UiContext>
  );
}

function FrameBody({ frame }: { frame: FrameUi }) {
  useEffect(() => {
    requestIdleCallback(() => void loadTerminal());
  }, []);
  const { openPalette } = frame.ui;
  const { tabs, activeTabId } = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const tunnels = useAppState((state) => state.tunnels);
  const root = useRef<HTMLDivElement>(null);
  const commands = useCommands({ openPalette, root });
  useChords(commands);
  useRequestNotices();
  const isListInFront = activeTabId === tabs[0]?.id;
  const front = tabs.find((tab) => tab.id === activeTabId);

  useEffect(() => {
    if (isListInFront && !document.activeElement?.closest('.top-bar, .tab-bar'))
      root.current?.querySelector<HTMLElement>('.resource-row[tabindex="0"]')?.focus();
  }, [isListInFront]);

  return (
    <div className="frame" ref={root}>
      <TopBar onPalette={openPalette} />
      <TabBar />
      <Documents closeTab={commands.closeTab} closeFiles={commands.closeFiles} />
      {(front?.kind === 'resources' || front?.kind === 'requests') && <CartBar />}
      <StatusBar
        shell={front?.kind === 'shell' ? shells[front.shellId] : undefined}
        tunnel={front?.kind === 'tunnel' ? tunnels[front.tunnelId] : undefined}
      />
      {frame.closePalette && (
        <CommandPalette
          actions={commands.actions}
          tabs={commands.tabs}
          settings={commands.settings}
          onClose={frame.closePalette}
        />
      )}
      <Dialogs dialog={frame.dialog} />
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

function Dialogs({ dialog }: { dialog: DialogRequest | undefined }) {
  const reopenOffer = useAppState((state) => state.workspace.reopenOffer);
  return (
    <>
      <OpenDialog request={dialog} />
      {/* These dialogs may be what waits for the prompt; every other one is finished first. */}
      {(!dialog || maskedByPrompts.has(dialog.kind)) && <PromptHost />}
      {!dialog && (reopenOffer ? <ReopenDialog offer={reopenOffer} /> : <UsageQuestions />)}
    </>
  );
}
