import { Popover } from '@base-ui/react/popover';
import { Cable } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { Tab } from '../../shared/contract/workspace.ts';
import { toAppError } from '../client/api.ts';
import { GroupList } from '../features/tunnels/group-list.tsx';
import { TunnelList } from '../features/tunnels/tunnel-list.tsx';
import { isTunnelOpen } from '../features/tunnels/tunnel-look.ts';
import { useAppState, useSession } from '../state/store.ts';
import { useCloseTab } from '../state/use-close-tab.ts';
import { useUi } from '../state/ui-state.ts';
import { Button } from '../ui/button.tsx';
import { tabLook } from './tab-look.ts';

/** All that is open: tunnels and terminals with their state. */
export function OpenChip() {
  const tunnels = useAppState((state) => state.tunnels);
  const shells = useAppState((state) => state.shells);
  const [isOpen, setOpen] = useState(false);
  const known = Object.values(tunnels);
  const open = known.filter(isTunnelOpen).length;
  const running = Object.values(shells).filter((shell) => shell.status.kind !== 'ended').length;
  if (known.length === 0 && Object.keys(shells).length === 0) return null;
  const close = () => setOpen(false);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="chip" aria-label={`Open tunnels and sessions: ${open + running}`}>
        <Cable size={14} aria-hidden />
        {open + running > 0 && open + running}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="positioner" sideOffset={6} align="end">
          <Popover.Popup className="popup open-things" aria-label="Open tunnels and sessions">
            <TunnelList tunnels={known} onDone={close} />
            <ShellList onDone={close} />
            <GroupList tunnels={known} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ShellList({ onDone }: { onDone: () => void }) {
  const tabs = useAppState((state) => state.workspace.tabs);
  const shells = useAppState((state) => state.shells);
  const open = tabs.flatMap((tab) => {
    const shell = tab.kind === 'shell' ? shells[tab.shellId] : undefined;
    return shell ? [{ tab, shell }] : [];
  });
  if (open.length === 0) return null;
  return (
    <section aria-label="Sessions">
      <h2 className="menu-group">Sessions</h2>
      <ul className="open-list">
        {open.map(({ tab, shell }) => (
          <ShellItem key={tab.id} tab={tab} shell={shell} onDone={onDone} />
        ))}
      </ul>
    </section>
  );
}

function ShellItem({ tab, shell, onDone }: { tab: Tab; shell: ShellInfo; onDone: () => void }) {
  const session = useSession();
  const ui = useUi();
  const closeTab = useCloseTab();
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const look = tabLook(tab, { shells: { [shell.id]: shell }, tunnels: {}, requests: {}, filePanes: {} });
  const colour = shell.status.kind === 'open' ? 'good' : 'text-3';
  return (
    <li className="open-item" aria-label={look.title}>
      <span
        className="dot"
        data-shape={look.shape}
        style={{ '--dot': `var(--${colour})` } as CSSProperties}
        aria-hidden
      />
      <span className="grow clip">{look.title}</span>
      <span className="small muted">{look.word || 'open'}</span>
      <Button
        kind="quiet"
        onClick={() => {
          run((api) => api.workspace.activateTab({ tabId: tab.id }));
          onDone();
        }}
      >
        Show
      </Button>
      <Button kind="quiet" onClick={() => closeTab(tab.id)}>
        Close
      </Button>
    </li>
  );
}
