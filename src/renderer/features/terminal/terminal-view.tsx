import { type ClipboardEvent, type CSSProperties, useCallback, useEffect, useRef, useState } from 'react';
import '@xterm/xterm/css/xterm.css';
import type { ShellInfo } from '../../../shared/contract/shells.ts';
import { rememberTerminalSize } from '../../state/terminal-size.ts';
import { useClusterOf, useSession } from '../../state/store.ts';
import { useOpenLink } from '../../state/use-open-link.ts';
import { useUi } from '../../state/ui-state.ts';
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
  const { status, id } = shell;
  const isEnded = status.kind === 'ended';

  const reconnect = useCallback(() => {
    const size = terminal?.size;
    if (!size) return;
    void ui.guard(shell.accountUri, () => session.call((api) => api.shells.reconnect({ shellId: id, size })));
    terminal.terminal.focus();
  }, [session, ui, shell.accountUri, id, terminal]);
  // The key handler of xterm is set once; it looks here for what counts now.
  const openLink = useOpenLink();
  const latest = useRef({ isEnded, reconnect, openLink });
  useEffect(() => {
    latest.current = { isEnded, reconnect, openLink };
  }, [isEnded, reconnect, openLink]);

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const quiet = (work: Parameters<typeof session.call>[0]) =>
      void session.call(work).catch(() => undefined);
    const created = new TerminalSession(session.bytes, id, {
      onSize: (size) => {
        rememberTerminalSize(size);
        quiet((api) => api.shells.resize({ shellId: id, size }));
      },
      onTitle: (title) => quiet((api) => api.shells.setTitle({ shellId: id, title })),
      onLink: (url) => latest.current.openLink(url),
      takesKey: (event) => {
        if (latest.current.isEnded && event.type === 'keydown' && event.key === 'Enter') {
          latest.current.reconnect();
          return true;
        }
        return takesTerminalKey(event, created.terminal);
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
  }, [session, ui, id]);

  useEffect(() => {
    if (!terminal) return;
    if (isFront) terminal.show();
    else terminal.hide();
  }, [terminal, isFront]);

  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (!/[\r\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    event.stopPropagation();
    ui.ask({
      kind: 'paste',
      text,
      onPaste: () => terminal?.paste(text),
      onClosed: () => terminal?.terminal.focus(),
    });
  };

  return (
    <div
      className="terminal-document"
      hidden={!isFront}
      style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
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
        data-state={status.kind}
      >
        <div ref={holder} className="terminal-holder" />
        {status.kind === 'connecting' && (
          <p className="terminal-progress" role="status">
            {steps[status.step]}
          </p>
        )}
      </section>
      {status.kind === 'ended' && (
        <EndBar end={status.end} target={shell.target} onReconnect={reconnect} onClose={onClose} />
      )}
    </div>
  );
}
