import type { FileEntry, FilePane } from '../../../shared/contract/files.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { useSession } from '../../state/store.ts';
import { ModeDialog } from './mode-dialog.tsx';
import { NameDialog } from './name-dialog.tsx';
import { joinPath } from './remote-path.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import type { PaneDialog } from './use-file-commands.ts';
import { ViewerDialog } from './viewer-dialog.tsx';

export function PaneDialogs(props: {
  pane: FilePane;
  folder: string;
  dialog: PaneDialog | undefined;
  onEdit: (path: string) => void;
  onDownload: (path: string, entry: FileEntry) => void;
  onClose: (isChanged: boolean) => void;
}) {
  const session = useSession();
  const { dialog, folder, pane } = props;
  const common = { paneId: pane.id, server: pane.serverName, folder };
  switch (dialog?.kind) {
    case 'new-folder':
      return (
        <NameDialog
          server={pane.serverName}
          folder={displayRemoteName(folder)}
          onMake={(name) =>
            session.call((api) => api.files.makeFolder({ paneId: pane.id, path: joinPath(folder, name) }))
          }
          onClose={() => props.onClose(true)}
        />
      );
    case 'remove':
      return <RemoveDialog {...common} entries={dialog.entries} onClose={props.onClose} />;
    case 'mode':
      return <ModeDialog {...common} entries={dialog.entries} onClose={props.onClose} />;
    case 'view': {
      const path = joinPath(folder, dialog.entry.name);
      return (
        <ViewerDialog
          paneId={pane.id}
          folder={folder}
          entry={dialog.entry}
          onEdit={() => props.onEdit(path)}
          onDownload={() => props.onDownload(path, dialog.entry)}
          onClose={() => props.onClose(false)}
        />
      );
    }
    default:
      return null;
  }
}
