import { Search, Settings } from 'lucide-react';
import { ClusterSwitcher } from '../features/clusters/cluster-switcher.tsx';
import { AssumedChip } from '../features/access-requests/assumed-chip.tsx';
import { InboxChip } from '../features/access-requests/inbox-chip.tsx';
import { TransfersChip } from '../features/files/transfers-chip.tsx';
import { useSession } from '../state/store.ts';
import { IconButton } from '../ui/button.tsx';
import { mainKey } from './chords.ts';
import { OpenChip } from './open-chip.tsx';

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const session = useSession();
  return (
    <header className="top-bar" data-region="top">
      <div className="grow">
        <ClusterSwitcher />
      </div>
      <button type="button" className="palette-button" onClick={onPalette}>
        <Search size={14} aria-hidden />
        <span className="grow clip">Search resources, run commands</span>
        <kbd>{mainKey} K</kbd>
      </button>
      <div className="grow top-chips">
        <AssumedChip />
        <InboxChip />
        <TransfersChip />
        <OpenChip />
        <IconButton
          label="Settings"
          onClick={() => void session.call((api) => api.workspace.openSettings({ section: 'appearance' }))}
        >
          <Settings size={16} aria-hidden />
        </IconButton>
      </div>
    </header>
  );
}
