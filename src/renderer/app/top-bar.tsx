import { Search, Terminal } from 'lucide-react';
import { ClusterSwitcher } from '../features/clusters/cluster-switcher.tsx';
import { useAppState } from '../state/store.ts';
import { mainKey } from './chords.ts';

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const open = useAppState(
    (state) => Object.values(state.shells).filter((shell) => shell.status.kind !== 'ended').length,
  );
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
        {open > 0 && (
          <span className="chip" title="Open sessions">
            <Terminal size={14} aria-hidden /> {open}
            <span className="hidden-text"> open sessions</span>
          </span>
        )}
      </div>
    </header>
  );
}
