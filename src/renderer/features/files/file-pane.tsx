import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { FileEntry, FilePane } from '../../../shared/contract/files.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { DropZone } from './drop-zone.tsx';
import { EditBar } from './edit-bar.tsx';
import { arrange, type Sorting } from './entry-look.ts';
import { FileGrid, type GridHandle } from './file-grid.tsx';
import { FileMenu } from './file-menu.tsx';
import { placeAt, type VirtualElement } from './menu-place.ts';
import { PaneBar } from './pane-bar.tsx';
import { PaneContent } from './pane-content.tsx';
import { PaneDialogs } from './pane-dialogs.tsx';
import { registerPane } from './pane-registry.ts';
import { PaneTools } from './pane-tools.tsx';
import { PaneStatus } from './pane-status.tsx';
import { joinPath } from './remote-path.ts';
import { keepOnly, nothingSelected, type Selection } from './selection.ts';
import { useCopying, useRefreshAfterUploads } from './use-copying.ts';
import { type PaneDialog, useFileCommands } from './use-file-commands.ts';
import { useFileSettings } from './use-file-settings.ts';
import { useFolder } from './use-folder.ts';
import './file-pane.css';

const byName: Sorting = { field: 'name', descending: false };

/** The files of a server for one login: one folder at a time, and everything that can be done with it. */
export function FilesPane({ pane, onClose }: { pane: FilePane; onClose?: () => void }) {
  const session = useSession();
  const ui = useUi();
  const isReady = pane.status.kind === 'ready';
  const [start] = useState(() => pane.startFolder ?? pane.shellFolder ?? '~');
  const folder = useFolder(pane.id, isReady, start);
  const { showHidden } = useFileSettings();
  const [sorting, setSorting] = useState(byName);
  const [filter, setFilter] = useState('');
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const [isTyping, setTyping] = useState(false);
  const [renamed, setRenamed] = useState<string>();
  const [dialog, setDialog] = useState<PaneDialog>();
  const [menu, setMenu] = useState<VirtualElement>();
  const grid = useRef<GridHandle>(null);
  const filterField = useRef<HTMLInputElement>(null);
  const copying = useCopying(pane.id);
  const here = folder.path;
  useRefreshAfterUploads(pane, here, folder.refresh);

  const rows = useMemo(
    () => arrange(folder.entries, { sorting, filter, showHidden }),
    [folder.entries, sorting, filter, showHidden],
  );
  const chosen = useMemo(
    () => rows.filter((entry) => selection.names.has(entry.name)),
    [rows, selection.names],
  );
  useEffect(() => {
    setSelection((old) => keepOnly(old, new Set(folder.entries.map((entry) => entry.name))));
  }, [folder.entries]);
  useEffect(() => {
    setFilter('');
    setSelection(nothingSelected);
    setRenamed(undefined);
  }, [here]);
  useEffect(() => registerPane(pane.id, () => grid.current?.focus()), [pane.id]);

  const run = useCallback(
    (work: Parameters<typeof session.call>[0]) =>
      session.call(work).catch((error: unknown) => ui.report(toAppError(error))),
    [session, ui],
  );
  const edit = useCallback(
    (path: string) => void run((api) => api.files.edit({ paneId: pane.id, path })),
    [run, pane.id],
  );
  const commands = useFileCommands({
    pane,
    folder,
    chosen,
    copying,
    ask: setDialog,
    rename: setRenamed,
    edit,
  });
  const onRenamed = (entry: FileEntry, name: string | undefined) => {
    setRenamed(undefined);
    grid.current?.focus();
    if (name === undefined || here === undefined) return;
    const from = joinPath(here, entry.name);
    setSelection({ active: entry.name, anchor: entry.name, names: new Set([entry.name]) });
    void run((api) => api.files.rename({ paneId: pane.id, from, to: joinPath(here, name) })).then(
      folder.refresh,
    );
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const main = event.ctrlKey || event.metaKey;
    const up = () => here !== undefined && here !== '/' && folder.go(joinPath(here, '..'));
    const keys: Record<string, () => unknown> = main
      ? { c: commands.copyPaths, l: () => setTyping(true), r: folder.refresh }
      : event.altKey
        ? { ArrowLeft: folder.back, ArrowRight: folder.forward, ArrowUp: up, ArrowDown: () => undefined }
        : {
            F2: commands.renameOne,
            F5: folder.refresh,
            Delete: commands.removeAll,
            Backspace: up,
            Escape: () => (filter === '' ? setSelection({ ...selection, names: new Set() }) : setFilter('')),
            '/': () => filterField.current?.focus(),
          };
    const work = keys[event.key];
    if (work) work();
    else if (!main && !event.altKey && event.key.length === 1) {
      // What is typed in the rows goes on in the filter.
      setFilter((old) => old + event.key);
      filterField.current?.focus();
    } else return false;
    return true;
  };
  const closeDialog = (isChanged: boolean) => {
    setDialog(undefined);
    if (isChanged) folder.refresh();
    setTimeout(() => grid.current?.focus());
  };

  return (
    <section
      className="file-pane"
      data-region="files"
      aria-label={`Files of ${pane.serverName}`}
      tabIndex={-1}
    >
      <PaneBar pane={pane} folder={folder} isTyping={isTyping} onTyping={setTyping} onClose={onClose} />
      <PaneTools
        filter={filter}
        filterRef={filterField}
        selected={chosen.length}
        onFilter={setFilter}
        onLeaveFilter={(open) => {
          const first = rows[0];
          if (open && first) commands.open(first);
          else if (first)
            setSelection({ active: first.name, anchor: first.name, names: new Set([first.name]) });
          grid.current?.focus();
        }}
        onUpload={(what) => here !== undefined && copying.choose(what, here)}
        onDownload={commands.download}
        onNewFolder={() => setDialog({ kind: 'new-folder' })}
        onMore={(anchor) => setMenu(anchor)}
      />
      <EditBar paneId={pane.id} />
      <DropZone folder={here} onDrop={copying.drop}>
        <PaneContent
          pane={pane}
          folder={folder}
          isEmpty={rows.length === 0}
          filter={filter}
          onClearFilter={() => setFilter('')}
          onUpload={() => here !== undefined && copying.choose('files', here)}
        >
          <FileGrid
            label={`Files of ${pane.serverName}`}
            rows={rows}
            isBusy={folder.isLoading}
            sorting={sorting}
            onSort={(field) =>
              setSorting((old) => ({ field, descending: old.field === field && !old.descending }))
            }
            selection={selection}
            onSelect={setSelection}
            onOpen={commands.open}
            onMenu={(x, y) => setMenu(placeAt(x, y))}
            onKey={onKey}
            renamed={renamed}
            onRenamed={onRenamed}
            handle={grid}
          />
        </PaneContent>
      </DropZone>
      <PaneStatus folder={folder} shown={rows.length} chosen={chosen} />
      {menu && (
        <FileMenu
          place={menu}
          commands={commands.menu}
          onClose={() => {
            setMenu(undefined);
            setTimeout(() => document.activeElement === document.body && grid.current?.focus());
          }}
        />
      )}
      <PaneDialogs
        pane={pane}
        folder={here ?? '/'}
        dialog={dialog}
        onEdit={edit}
        onDownload={(path, entry) => copying.download([path], entry)}
        onClose={closeDialog}
      />
      <span className="hidden-text" role="status">
        {here && !folder.isLoading ? `${displayRemoteName(here)}, ${rows.length} entries` : ''}
      </span>
    </section>
  );
}
