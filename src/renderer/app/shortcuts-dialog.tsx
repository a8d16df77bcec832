import { useUi } from '../state/ui-state.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { shortcuts } from './chords.ts';

export function ShortcutsDialog() {
  const ui = useUi();
  return (
    <Dialog title="Keyboard shortcuts" onClose={ui.closeDialog}>
      <dl className="facts">
        {shortcuts.map(([chord, meaning]) => (
          <div key={chord} style={{ display: 'contents' }}>
            <dt>
              <kbd>{chord}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <Button kind="primary" onClick={ui.closeDialog}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
