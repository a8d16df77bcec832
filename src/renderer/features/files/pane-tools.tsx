import { Download, Ellipsis, Eye, EyeOff, FolderPlus, FolderUp, ListFilter, Upload, X } from 'lucide-react';
import type { RefObject } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { useFileSettings } from './use-file-settings.ts';

/** What can be done in the folder in sight. */
export function PaneTools(props: {
  filter: string;
  filterRef: RefObject<HTMLInputElement | null>;
  selected: number;
  onFilter: (text: string) => void;
  /** From the filter back to the rows; with `open` the first of them is opened. */
  onLeaveFilter: (open: boolean) => void;
  onUpload: (what: 'files' | 'folder') => void;
  onDownload: () => void;
  onNewFolder: () => void;
  onMore: (anchor: HTMLElement) => void;
}) {
  const settings = useFileSettings();
  const { filter, filterRef } = props;
  return (
    <div className="pane-tools">
      <label className="search pane-filter">
        <ListFilter size={14} aria-hidden />
        <input
          ref={filterRef}
          type="text"
          role="searchbox"
          aria-label="Filter files"
          placeholder="Filter"
          value={filter}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => props.onFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              props.onFilter('');
              props.onLeaveFilter(false);
            } else if (event.key === 'ArrowDown') props.onLeaveFilter(false);
            else if (event.key === 'Enter') props.onLeaveFilter(true);
            else return;
            event.preventDefault();
          }}
        />
        {filter !== '' && (
          <button
            type="button"
            className="filter-clear"
            aria-label="Clear filter"
            onClick={() => props.onFilter('')}
          >
            <X size={12} aria-hidden />
          </button>
        )}
      </label>
      <IconButton
        label="Show hidden files"
        aria-pressed={settings.showHidden}
        onClick={() => settings.change({ 'files.showHidden': !settings.showHidden })}
      >
        {settings.showHidden ? <Eye size={15} aria-hidden /> : <EyeOff size={15} aria-hidden />}
      </IconButton>
      <IconButton label="New folder" onClick={props.onNewFolder}>
        <FolderPlus size={15} aria-hidden />
      </IconButton>
      <IconButton label="Upload folder" onClick={() => props.onUpload('folder')}>
        <FolderUp size={15} aria-hidden />
      </IconButton>
      <Button aria-label="Upload files" title="Upload files" onClick={() => props.onUpload('files')}>
        <Upload size={14} aria-hidden />
        <span className="tool-word">Upload</span>
      </Button>
      <Button
        aria-label="Download"
        aria-disabled={props.selected === 0}
        title={props.selected === 0 ? 'Choose files or folders first' : 'Download'}
        onClick={() => props.selected > 0 && props.onDownload()}
      >
        <Download size={14} aria-hidden />
        <span className="tool-word">Download</span>
      </Button>
      <IconButton label="More" onClick={(event) => props.onMore(event.currentTarget)}>
        <Ellipsis size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
