import { Search, Settings } from 'lucide-react';
import { ClusterSwitcher } from '../features/clusters/cluster-switcher.tsx';
import { AssumedChip } from '../features/access-requests/assumed-chip.tsx';
import { InboxChip } from '../features/access-requests/inbox-chip.tsx';
import { TransfersChip } from '../features/files/transfers-chip.tsx';
import { useSession } from '../state/store.ts';
import { useChordOf } from '../state/use-keymap.ts';
import { IconButton } from '../ui/button.tsx';
import { Keys } from '../ui/keys.tsx';
import { OpenChip } from './open-chip.tsx';

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const session = useSession();
  const chord = useChordOf('palette');
  return (
    <header className="top-bar" data-region="top">
      <div className="grow">
        <ClusterSwitcher />
      </div>
      <button type="button" className="palette-button" onClick={onPalette}>
        <Search size={14} aria-hidden />
        <span className="grow clip">Search resources, run commands</span>
        <Keys chord={chord} />
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
