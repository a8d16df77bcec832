import { LayoutList, X } from 'lucide-react';
import { type CSSProperties, type DragEvent, type KeyboardEvent, useRef, useState } from 'react';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { Tab } from '../../shared/contract/workspace.ts';
import { clusterOf, parseRequestUri } from '../../shared/uri/uri.ts';
import { toAppError } from '../client/api.ts';
import { useAppState, useSession } from '../state/store.ts';
import { useUi } from '../state/ui-state.ts';

/** A shell's default name, until its program sets a title. */
export function tabTitle(tab: Tab, shell: ShellInfo | undefined): string {
  if (tab.kind === 'resources') return 'Resources';
  if (tab.kind === 'tunnel') return 'Tunnel';
  if (tab.kind === 'requests') return 'Requests';
  if (tab.kind === 'request') return `Request ${parseRequestUri(tab.requestUri)?.id.slice(0, 4) ?? ''}`;
  if (tab.title || !shell) return tab.title || 'Shell';
  const { target } = shell;
  return target.kind === 'server' ? `${target.login}@${target.serverName}` : target.title;
}

export function TabBar() {
  const session = useSession();
  const ui = useUi();
  const { tabs, activeTabId } = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const bar = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<string>();
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[index + step];
    if (event.key === 'Delete') run((api) => api.workspace.closeTab({ tabId: tabs[index]?.id ?? '' }));
    else if (step !== 0 && next) {
      run((api) => api.workspace.activateTab({ tabId: next.id }));
      bar.current?.querySelectorAll<HTMLElement>('[role="tab"]')[index + step]?.focus();
    } else return;
    event.preventDefault();
  };
  const onDrop = (event: DragEvent, index: number) => {
    event.preventDefault();
    if (dragged) run((api) => api.workspace.moveTab({ tabId: dragged, toIndex: index }));
    setDragged(undefined);
  };
  return (
    <div className="tab-bar" role="tablist" aria-label="Open documents" ref={bar} data-region="tabs">
      {tabs.map((tab, index) => (
        <div
          key={tab.id}
          className="tab"
          role="presentation"
          data-active={tab.id === activeTabId}
          draggable={tab.kind !== 'resources'}
          onDragStart={() => setDragged(tab.id)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => onDrop(event, index)}
          onAuxClick={(event) =>
            event.button === 1 &&
            tab.kind !== 'resources' &&
            run((api) => api.workspace.closeTab({ tabId: tab.id }))
          }
        >
          <TabButton
            tab={tab}
            shell={tab.kind === 'shell' ? shells[tab.shellId] : undefined}
            isActive={tab.id === activeTabId}
            onClick={() => run((api) => api.workspace.activateTab({ tabId: tab.id }))}
            onKeyDown={(event) => onKeyDown(event, index)}
          />
          {tab.kind !== 'resources' && (
            // Only for the pointer: a tab list may hold nothing but tabs, and Delete closes the tab.
            <span
              className="tab-close"
              aria-hidden
              title={`Close ${tabTitle(tab, tab.kind === 'shell' ? shells[tab.shellId] : undefined)}`}
              onClick={() => run((api) => api.workspace.closeTab({ tabId: tab.id }))}
            >
              <X size={12} />
            </span>
          )}
        </div>
      ))}
    </div>
  );
}

function TabButton(props: {
  tab: Tab;
  shell: ShellInfo | undefined;
  isActive: boolean;
  onClick: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { tab, shell } = props;
  const colour = useAppState((state) =>
    shell?.accountUri ? state.clusters[clusterOf(shell.accountUri)]?.colour : undefined,
  );
  const title = tabTitle(tab, shell);
  const state = shell?.status.kind;
  const word = state === 'ended' ? 'ended' : state === 'connecting' ? 'connecting' : '';
  return (
    <button
      type="button"
      role="tab"
      className="tab-button"
      aria-keyshortcuts={tab.kind !== 'resources' ? 'Delete' : undefined}
      aria-selected={props.isActive}
      tabIndex={props.isActive ? 0 : -1}
      title={title}
      onClick={props.onClick}
      onKeyDown={props.onKeyDown}
    >
      {tab.kind === 'resources' ? (
        <LayoutList size={14} aria-hidden />
      ) : (
        <span
          className="dot"
          data-shape={state === 'ended' ? 'square' : state === 'connecting' ? 'ring' : 'round'}
          style={{ '--dot': `var(--cluster-${colour ?? 7})` } as CSSProperties}
          aria-hidden
        />
      )}
      <span className="clip">{title}</span>
      {word && <span className="tab-state">{word}</span>}
    </button>
  );
}
