import { Cable, Folder, Inbox, LayoutList, Settings, X } from 'lucide-react';
import { type CSSProperties, type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { Tab } from '../../shared/contract/workspace.ts';
import { clusterOf } from '../../shared/uri/uri.ts';
import { toAppError } from '../client/api.ts';
import { useAppState, useSession } from '../state/store.ts';
import { useCloseTab } from '../state/use-close-tab.ts';
import { useUi } from '../state/ui-state.ts';
import { FilesButton } from './files-button.tsx';
import { NewTerminalButton } from './new-terminal-button.tsx';
import { type TabLook, tabLook } from './tab-look.ts';

/** Open documents, and the button for a terminal on this machine. */
export function TabBar() {
  const session = useSession();
  const ui = useUi();
  const { tabs, activeTabId } = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const tunnels = useAppState((state) => state.tunnels);
  const requests = useAppState((state) => state.requests);
  const filePanes = useAppState((state) => state.filePanes);
  const closeTab = useCloseTab();
  const bar = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<string>();
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[index + step];
    if (event.key === 'Delete') closeTab(tabs[index]?.id ?? '');
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
    <div className="tab-bar" data-region="tabs">
      <div className="tab-list" role="tablist" aria-label="Open documents" ref={bar}>
        {tabs.map((tab, index) => {
          const look = tabLook(tab, { shells, tunnels, requests, filePanes });
          const isPinned = tab.kind === 'resources';
          const close = () => closeTab(tab.id);
          return (
            <div
              key={tab.id}
              className="tab"
              role="presentation"
              data-active={tab.id === activeTabId}
              draggable={!isPinned}
              onDragStart={() => setDragged(tab.id)}
              onDragOver={(event) => event.preventDefault()}
              onDrop={(event) => onDrop(event, index)}
              onAuxClick={(event) => event.button === 1 && !isPinned && close()}
            >
              <TabButton
                tab={tab}
                look={look}
                isActive={tab.id === activeTabId}
                onClick={() => run((api) => api.workspace.activateTab({ tabId: tab.id }))}
                onKeyDown={(event) => onKeyDown(event, index)}
              />
              {!isPinned && (
                // Only for the pointer: a tab list may hold nothing but tabs, and Delete closes the tab.
                <span className="tab-close" aria-hidden title={`Close ${look.title}`} onClick={close}>
                  <X size={12} />
                </span>
              )}
            </div>
          );
        })}
      </div>
      <NewTerminalButton />
      <FilesButton />
    </div>
  );
}

function TabButton(props: {
  tab: Tab;
  look: TabLook;
  isActive: boolean;
  onClick: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { tab, look } = props;
  const colour = useAppState((state) =>
    look.accountUri ? state.clusters[clusterOf(look.accountUri)]?.colour : undefined,
  );
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (props.isActive) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [props.isActive]);
  return (
    <button
      ref={button}
      type="button"
      role="tab"
      className="tab-button"
      aria-keyshortcuts={tab.kind !== 'resources' ? 'Delete' : undefined}
      aria-selected={props.isActive}
      tabIndex={props.isActive ? 0 : -1}
      title={look.title}
      onClick={props.onClick}
      onKeyDown={props.onKeyDown}
    >
      {tab.kind === 'resources' ? (
        <LayoutList size={14} aria-hidden />
      ) : tab.kind === 'requests' ? (
        <Inbox size={14} aria-hidden />
      ) : tab.kind === 'settings' ? (
        <Settings size={14} aria-hidden />
      ) : (
        <span
          className="dot"
          data-shape={look.shape}
          style={{ '--dot': `var(--cluster-${colour ?? 7})` } as CSSProperties}
          aria-hidden
        />
      )}
      {tab.kind === 'tunnel' && <Cable size={14} aria-hidden />}
      {tab.kind === 'files' && <Folder size={14} aria-hidden />}
      <span className="clip">{look.title}</span>
      {look.word && <span className="tab-state">{look.word}</span>}
    </button>
  );
}
