import { File, FileQuestion, Folder, FolderSymlink, Link2, Link2Off, Plug } from 'lucide-react';
import { memo, type MouseEvent } from 'react';
import type { FileEntry } from '../../../shared/contract/files.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { formatBytes } from '../../ui/bytes.ts';
import { formatExact } from '../../ui/time.ts';
import { effectiveKind, kindWord, modeText, modifiedText } from './entry-look.ts';
import { RenameField } from './rename-field.tsx';

export interface RowActions {
  onMouseDown(index: number, event: MouseEvent): void;
  onOpen(index: number): void;
  onMenu(index: number, event: MouseEvent): void;
  /** Undefined = not renamed after all. */
  onRenamed(entry: FileEntry, name: string | undefined): void;
}

/** One row of the grid; drawn again only when something about it changes. `index` counts from 0. */
export const FileRow = memo(function FileRow(props: {
  id: string;
  entry: FileEntry;
  index: number;
  isActive: boolean;
  isSelected: boolean;
  isRenamed: boolean;
  top: number;
  now: number;
  actions: RowActions;
}) {
  const { entry, index, actions } = props;
  const name = displayRemoteName(entry.name);
  const kind = kindWord(entry);
  const target = entry.linkTarget === undefined ? '' : displayRemoteName(entry.linkTarget);
  const modified = entry.modified === undefined ? undefined : new Date(entry.modified).toISOString();
  return (
    <div
      id={props.id}
      role="row"
      aria-label={name}
      aria-rowindex={index + 2}
      aria-selected={props.isSelected}
      data-active={props.isActive}
      className="file-row"
      style={{ transform: `translateY(${props.top}px)` }}
      onMouseDown={(event) => actions.onMouseDown(index, event)}
      onDoubleClick={() => actions.onOpen(index)}
      onContextMenu={(event) => actions.onMenu(index, event)}
    >
      <div role="gridcell" className="file-name" title={target ? `${name} → ${target}` : name}>
        <KindIcon entry={entry} />
        {props.isRenamed ? (
          <RenameField name={entry.name} onDone={(renamed) => actions.onRenamed(entry, renamed)} />
        ) : (
          <span className="clip">
            <bdi>{name}</bdi>
            {target && <span className="file-target"> → {target}</span>}
          </span>
        )}
        {kind !== 'file' && <span className="hidden-text">, {kind}</span>}
      </div>
      <div role="gridcell" className="file-size">
        {effectiveKind(entry) === 'file' && entry.size !== undefined ? formatBytes(entry.size) : ''}
      </div>
      <div role="gridcell" className="file-modified" title={modified && formatExact(modified)}>
        {entry.modified === undefined ? '' : modifiedText(entry.modified, props.now)}
      </div>
      <div role="gridcell" className="file-mode">
        {modeText(entry)}
      </div>
      <div
        role="gridcell"
        className="file-owner clip"
        title={entry.group && `${entry.owner} : ${entry.group}`}
      >
        {entry.owner ?? ''}
      </div>
    </div>
  );
});

function KindIcon({ entry }: { entry: FileEntry }) {
  const kind = effectiveKind(entry);
  const isLink = entry.kind === 'link';
  const look = { size: 15, 'aria-hidden': true, className: 'file-icon' } as const;
  if (kind === 'folder')
    return isLink ? <FolderSymlink {...look} /> : <Folder {...look} data-kind="folder" />;
  if (isLink) return kind === 'unknown' ? <Link2Off {...look} /> : <Link2 {...look} />;
  if (kind === 'file') return <File {...look} />;
  return kind === 'unknown' ? <FileQuestion {...look} /> : <Plug {...look} />;
}
