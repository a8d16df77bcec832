import { FolderTree } from 'lucide-react';
import { useAppState, useSession } from '../state/store.ts';
import { useUi } from '../state/ui-state.ts';
import { useChordOf } from '../state/use-keymap.ts';
import { IconButton } from '../ui/button.tsx';
import { chordText } from '../ui/keys.tsx';
import { fileActions } from './file-actions.ts';

/** Opens the files of the server whose terminal is in front, and closes them. */
export function FilesButton() {
  const session = useSession();
  const ui = useUi();
  const { tabs, activeTabId } = useAppState((state) => state.workspace);
  const shells = useAppState((state) => state.shells);
  const chord = useChordOf('files');
  const panes = useAppState((state) => state.filePanes);
  const front = tabs.find((tab) => tab.id === activeTabId);
  const actions = fileActions(
    front?.kind === 'shell' ? shells[front.shellId] : undefined,
    panes,
    session,
    ui,
  );
  if (!actions) return null;
  return (
    <IconButton
      label="Files of the server"
      title={chord ? `Files of the server (${chordText(chord)})` : 'Files of the server'}
      className="files-button"
      aria-pressed={actions.pane !== undefined}
      onClick={actions.pane ? actions.close : actions.open}
    >
      <FolderTree size={15} aria-hidden />
    </IconButton>
  );
}
