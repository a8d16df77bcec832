import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import './drop-zone.css';

/** Takes files and folders that are dragged in from the desktop. */
export function DropZone(props: {
  folder: string | undefined;
  onDrop: (data: DataTransfer, folder: string) => void;
  children: ReactNode;
}) {
  const { folder } = props;
  const [isOver, setOver] = useState(false);
  // Every element that is entered is left again: only the last leave counts.
  const depth = useRef(0);
  const holdsFiles = (event: DragEvent) => folder !== undefined && event.dataTransfer.types.includes('Files');
  const enter = (event: DragEvent, by: number) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  return (
    <div
      className="drop-zone"
      data-over={isOver}
      onDragEnter={(event) => enter(event, 1)}
      onDragLeave={(event) => enter(event, -1)}
      onDragOver={(event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        if (!holdsFiles(event) || folder === undefined) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        props.onDrop(event.dataTransfer, folder);
      }}
    >
      {props.children}
      {isOver && folder !== undefined && (
        <div className="drop-hint">
          Upload to <span className="mono">{displayRemoteName(folder)}</span>
        </div>
      )}
    </div>
  );
}
