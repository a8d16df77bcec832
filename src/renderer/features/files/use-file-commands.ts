import { useMemo } from 'react';
import type { FileEntry, FilePane } from '../../../shared/contract/files.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { useCopy } from '../../state/use-copy.ts';
import { effectiveKind, isFolder } from './entry-look.ts';
import type { FileCommand } from './file-menu.tsx';
import { joinPath } from './remote-path.ts';
import type { Folder } from './use-folder.ts';
import type { Copying } from './use-copying.ts';

/** A dialog of a pane. */
export type PaneDialog =
  | { readonly kind: 'new-folder' }
  | { readonly kind: 'remove'; readonly entries: readonly FileEntry[] }
  | { readonly kind: 'mode'; readonly entries: readonly FileEntry[] }
  | { readonly kind: 'view'; readonly entry: FileEntry };

export interface FileCommandOptions {
  readonly pane: FilePane;
  readonly folder: Folder;
  readonly chosen: readonly FileEntry[];
  readonly copying: Copying;
  readonly ask: (dialog: PaneDialog) => void;
  readonly rename: (name: string) => void;
  readonly edit: (path: string) => void;
}

/** Everything that can be done with what is chosen, for the menu and for the keys. */
export function useFileCommands(options: FileCommandOptions) {
  const copy = useCopy();
  const { pane, folder, chosen, copying, ask, rename, edit } = options;
  const here = folder.path ?? '/';
  return useMemo(() => {
    const one = chosen.length === 1 ? chosen[0] : undefined;
    const none = chosen.length === 0;
    const paths = chosen.map((entry) => joinPath(here, entry.name));
    const open = (entry: FileEntry) => {
      if (isFolder(entry)) folder.go(joinPath(here, entry.name));
      else if (effectiveKind(entry) === 'file') ask({ kind: 'view', entry });
    };
    const isFile = one !== undefined && effectiveKind(one) === 'file';
    const removeAll = () => ask({ kind: 'remove', entries: chosen });
    const download = () => copying.download(paths, one);
    const copyPaths = () => copy((none ? [here] : paths).map(displayRemoteName).join('\n'));
    const menu: (FileCommand | null)[] = [
      { label: 'Open', key: 'Enter', isOff: !one, run: () => one && open(one) },
      { label: 'Edit with my editor', isOff: !isFile, run: () => one && edit(joinPath(here, one.name)) },
      { label: 'Download', isOff: none, run: download },
      null,
      { label: 'Upload files', run: () => copying.choose('files', here) },
      { label: 'Upload folder', run: () => copying.choose('folder', here) },
      { label: 'New folder', run: () => ask({ kind: 'new-folder' }) },
      null,
      { label: 'Rename', key: 'F2', isOff: !one, run: () => one && rename(one.name) },
      { label: 'Change mode', isOff: none, run: () => ask({ kind: 'mode', entries: chosen }) },
      { label: 'Copy path', run: copyPaths },
      null,
      { label: 'Delete', key: 'Del', isOff: none, run: removeAll },
    ];
    return {
      menu,
      open,
      download,
      copyPaths,
      removeAll: () => !none && removeAll(),
      renameOne: () => one && rename(one.name),
    };
    // The pane's id stands for the pane: its state changes often, and no command depends on it.
  }, [pane.id, folder.go, here, chosen, copying, ask, rename, edit, copy]);
}
