import {
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  PanelLeft,
  PanelRight,
  RotateCw,
  TerminalSquare,
  X,
} from 'lucide-react';
import type { FilePane } from '../../../shared/contract/files.ts';
import { IconButton } from '../../ui/button.tsx';
import { BookmarkMenu } from './bookmark-menu.tsx';
import { PathBar } from './path-bar.tsx';
import { parentPath } from './remote-path.ts';
import { useFileSettings } from './use-file-settings.ts';
import type { Folder } from './use-folder.ts';

/** Where the pane is, and the ways to other folders. */
export function PaneBar(props: {
  pane: FilePane;
  folder: Folder;
  isTyping: boolean;
  onTyping: (isTyping: boolean) => void;
  /** Only beside a shell: a tab is closed as a tab. */
  onClose: (() => void) | undefined;
}) {
  const { pane, folder } = props;
  const settings = useFileSettings();
  const isLeft = settings.side === 'left';
  const path = folder.path ?? '/';
  return (
    <div className="pane-bar">
      <IconButton label="Back" disabled={!folder.canGoBack} onClick={folder.back}>
        <ArrowLeft size={15} aria-hidden />
      </IconButton>
      {folder.canGoForward && (
        <IconButton label="Forward" onClick={folder.forward}>
          <ArrowRight size={15} aria-hidden />
        </IconButton>
      )}
      <IconButton label="Parent folder" disabled={path === '/'} onClick={() => folder.go(parentPath(path))}>
        <ArrowUp size={15} aria-hidden />
      </IconButton>
      <PathBar
        paneId={pane.id}
        path={path}
        isTyping={props.isTyping}
        onTyping={props.onTyping}
        onGo={folder.go}
      />
      {pane.shellId && (
        <IconButton
          label="Go to the shell’s folder"
          title={
            pane.shellFolder
              ? 'Go to the shell’s folder'
              : 'This shell does not tell its folder. It does when it writes OSC 7 with its prompt.'
          }
          aria-disabled={!pane.shellFolder}
          onClick={() => pane.shellFolder && folder.go(pane.shellFolder)}
        >
          <TerminalSquare size={15} aria-hidden />
        </IconButton>
      )}
      <BookmarkMenu pane={pane} path={path} onGo={folder.go} />
      <IconButton label="Refresh" onClick={folder.refresh}>
        <RotateCw size={14} aria-hidden data-busy={folder.isLoading} />
      </IconButton>
      {props.onClose && (
        <>
          <IconButton
            label={isLeft ? 'Move to the right' : 'Move to the left'}
            onClick={() => settings.change({ 'files.side': isLeft ? 'right' : 'left' })}
          >
            {isLeft ? <PanelRight size={15} aria-hidden /> : <PanelLeft size={15} aria-hidden />}
          </IconButton>
          <IconButton label="Close files" onClick={props.onClose}>
            <X size={15} aria-hidden />
          </IconButton>
        </>
      )}
    </div>
  );
}
