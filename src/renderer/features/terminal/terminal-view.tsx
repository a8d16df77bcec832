import {
  type ClipboardEvent,
  type CSSProperties,
  type MouseEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import '@xterm/xterm/css/xterm.css';
import type { ShellInfo } from '../../../shared/contract/shells.ts';
import { rememberTerminalSize } from '../../state/terminal-size.ts';
import { useClusterOf, useSession } from '../../state/store.ts';
import { useTerminalSettings } from '../../state/use-appearance.ts';
import { useOpenLink } from '../../state/use-open-link.ts';
import { useKeymap } from '../../state/use-keymap.ts';
import { useUi } from '../../state/ui-state.ts';
import { useCopy } from '../../state/use-copy.ts';
import { useTheme } from './use-theme.ts';
import { schemeTheme } from './schemes.ts';
import { type MenuPlace, TerminalMenu } from './terminal-menu.tsx';
import { usePaste } from './use-paste.ts';
import { useReconnect } from './use-reconnect.ts';
import { EndBar } from './end-bar.tsx';
import { FindBar } from './find-bar.tsx';
import { takesTerminalKey } from './terminal-keys.ts';
import { registerTerminal } from './terminal-registry.ts';
import { TerminalSession } from './terminal-session.ts';
import './terminal.css';

const steps = {
  proxy: 'Connecting to the cluster…',
  server: 'Connecting to the server…',
  shell: 'Starting the shell…',
};

/** One shell: the terminal and, when it is over, the bar that says why. */
export function TerminalView({
  shell,
  isFront,
  onClose,
}: {
  shell: ShellInfo;
  isFront: boolean;
  onClose: () => void;
}) {
  const session = useSession();
  const ui = useUi();
  const cluster = useClusterOf(shell.accountUri);
  const holder = useRef<HTMLDivElement>(null);
  const [terminal, setTerminal] = useState<TerminalSession>();
  const [isFinding, setFinding] = useState(false);
  const settings = useTerminalSettings();
  const theme = useTheme();
  const copy = useCopy();
  const { needsQuestion, paste, pasteClipboard } = usePaste(terminal);
  const [menu, setMenu] = useState<MenuPlace>();
  const { status, id } = shell;
  const isEnded = status.kind === 'ended';
  const isServer = shell.target.kind === 'server';

  const reconnect = useCallback(() => {
    const size = terminal?.size;
    if (!size) return;
    void ui.guard(shell.accountUri, () => session.call((api) => api.shells.reconnect({ shellId: id, size })));
    terminal.terminal.focus();
  }, [session, ui, shell.accountUri, id, terminal]);
  useReconnect({ shell, isFront, isWanted: settings['connections.reconnect'], reconnect });
  // The key handler of xterm is set once; it looks here for what counts now.
  const openLink = useOpenLink();
  const keymap = useKeymap();
  const latest = useRef({ isEnded, reconnect, openLink, settings, keymap, pasteClipboard });
  useEffect(() => {
    latest.current = { isEnded, reconnect, openLink, settings, keymap, pasteClipboard };
    terminal?.configure(settings);
  }, [isEnded, reconnect, openLink, settings, keymap, pasteClipboard, terminal]);

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const quiet = (work: Parameters<typeof session.call>[0]) =>
      void session.call(work).catch(() => undefined);
    const created = new TerminalSession(session.bytes, id, latest.current.settings, {
      onSize: (size) => {
        rememberTerminalSize(size);
        quiet((api) => api.shells.resize({ shellId: id, size }));
      },
      onFolder: (address) => {
        if (isServer) quiet((api) => api.files.setShellFolder({ shellId: id, address }));
      },
      onTitle: (title) => quiet((api) => api.shells.setTitle({ shellId: id, title })),
      onLink: (url) => latest.current.openLink(url),
      takesKey: (event) => {
        if (latest.current.isEnded && event.type === 'keydown' && event.key === 'Enter') {
          latest.current.reconnect();
          return true;
        }
        return takesTerminalKey(event, { ...latest.current, terminal: created.terminal });
      },
    });
    created.open(element);
    setTerminal(created);
    const unregister = registerTerminal(id, { session: created, openFind: () => setFinding(true) });
    const observer = new ResizeObserver(() => created.fit());
    observer.observe(element);
    return () => {
      observer.disconnect();
      unregister();
      created.dispose();
    };
  }, [session, ui, id, isServer]);

  useEffect(() => {
    if (!terminal) return;
    if (isFront) terminal.show();
    else terminal.hide();
  }, [terminal, isFront]);

  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (!needsQuestion(text)) return;
    event.preventDefault();
    event.stopPropagation();
    paste(text);
  };
  const onContextMenu = (event: MouseEvent) => {
    if (!terminal) return;
    event.preventDefault();
    // A program that reports the mouse has the right button for itself; with Shift it is the app's.
    if (terminal.terminal.modes.mouseTrackingMode !== 'none' && !event.shiftKey) return;
    const selection = terminal.terminal.getSelection();
    const does = settings['terminal.rightClick'];
    if (does === 'menu') setMenu({ x: event.clientX, y: event.clientY });
    else if (does === 'copy-or-paste' && selection !== '') {
      copy(selection);
      terminal.terminal.clearSelection();
    } else pasteClipboard();
  };

  return (
    <div
      className="terminal-document"
      hidden={!isFront}
      style={
        {
          '--dot': `var(--cluster-${cluster?.colour ?? 7})`,
          '--terminal': schemeTheme(settings['terminal.colourScheme'], theme).background,
        } as CSSProperties
      }
    >
      {isFinding && terminal && (
        <FindBar
          session={terminal}
          onClose={() => {
            setFinding(false);
            terminal.terminal.focus();
          }}
        />
      )}
      <section
        className="shell-screen"
        role="document"
        aria-label="Terminal"
        onPasteCapture={onPaste}
        onContextMenu={onContextMenu}
        data-state={status.kind}
        data-old={status.kind === 'ended' && status.end.kind === 'reopened'}
      >
        <div ref={holder} className="terminal-holder" />
        {status.kind === 'connecting' && (
          <p className="terminal-progress" role="status">
            {steps[status.step]}
          </p>
        )}
      </section>
      {menu && terminal && (
        <TerminalMenu
          place={menu}
          hasSelection={terminal.terminal.hasSelection()}
          onCopy={() => copy(terminal.terminal.getSelection())}
          onPaste={pasteClipboard}
          onSelectAll={() => terminal.terminal.selectAll()}
          onFind={() => setFinding(true)}
          onClear={() => terminal.terminal.clear()}
          onClose={() => {
            setMenu(undefined);
            terminal.terminal.focus();
          }}
        />
      )}
      {status.kind === 'ended' && (
        <EndBar end={status.end} target={shell.target} onReconnect={reconnect} onClose={onClose} />
      )}
    </div>
  );
}
