import { useEffect, useRef, useState } from 'react';
import type { CountProgress, FileEntry, RemoveProgress } from '../../../shared/contract/files.ts';
import { type AppError, isAppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { formatBytes } from '../../ui/bytes.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { joinPath } from './remote-path.ts';
import './problem-list.css';
import './remove-dialog.css';

/** Asks before anything is deleted, and counts what it would be. */
export function RemoveDialog(props: {
  paneId: string;
  server: string;
  folder: string;
  entries: readonly FileEntry[];
  /** `isChanged`: something may be gone. */
  onClose: (isChanged: boolean) => void;
}) {
  const { paneId, entries, folder } = props;
  const session = useSession();
  const [count, setCount] = useState<CountProgress>();
  const [progress, setProgress] = useState<RemoveProgress>();
  const [error, setError] = useState<AppError>();
  const stop = useRef<AbortController | undefined>(undefined);
  const [paths] = useState(() => entries.map((entry) => joinPath(folder, entry.name)));

  useEffect(() => {
    const end = new AbortController();
    const read = async () => {
      const feed = await session.call((api) => api.files.count({ paneId, paths }, { signal: end.signal }));
      for await (const one of feed) if (!end.signal.aborted) setCount(one);
    };
    // What cannot be counted can still be deleted: the dialog then names only what was chosen.
    void read().catch(() => undefined);
    return () => end.abort();
  }, [session, paneId, paths]);
  useEffect(() => () => stop.current?.abort(), []);

  const remove = async () => {
    const end = new AbortController();
    stop.current = end;
    setProgress({ removed: 0, problems: [], problemCount: 0, isDone: false });
    try {
      const feed = await session.call((api) => api.files.remove({ paneId, paths }, { signal: end.signal }));
      let last: RemoveProgress | undefined;
      for await (const one of feed) {
        last = one;
        setProgress(one);
      }
      if (last?.isDone && last.problemCount === 0) props.onClose(true);
    } catch (failure) {
      const known = toAppError(failure);
      setProgress((old) => old && { ...old, isDone: true });
      if (!isAppError(known, 'cancelled')) setError(known);
    }
  };
  const one = entries.length === 1 ? entries[0] : undefined;
  const title = one ? `Delete ${displayRemoteName(one.name)}` : `Delete ${entries.length} entries`;
  const isRunning = progress !== undefined && !progress.isDone;
  const close = () => {
    stop.current?.abort();
    props.onClose(progress !== undefined);
  };
  return (
    <Dialog
      title={title}
      description={`From ${displayRemoteName(folder)} on ${props.server}`}
      onClose={close}
    >
      {!progress && (
        <>
          {!one && <Names entries={entries} />}
          <p role="status">{countText(count)}</p>
          <p className="muted">Servers have no wastebasket: what is deleted is gone.</p>
        </>
      )}
      {progress && <p role="status">{progressText(progress, count)}</p>}
      {progress && progress.problemCount > 0 && <Problems progress={progress} />}
      {error && <Problem error={error} />}
      <div className="actions">
        <Button autoFocus onClick={close}>
          {progress ? (isRunning ? 'Stop' : 'Close') : 'Cancel'}
        </Button>
        {!progress && (
          <Button kind="primary" className="danger" onClick={() => void remove()}>
            Delete
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Names({ entries }: { entries: readonly FileEntry[] }) {
  const shown = entries.slice(0, 6);
  return (
    <ul className="plain-list mono">
      {shown.map((entry) => (
        <li key={entry.name} className="clip">
          {displayRemoteName(entry.name)}
        </li>
      ))}
      {entries.length > shown.length && <li className="muted">and {entries.length - shown.length} more</li>}
    </ul>
  );
}

function Problems({ progress }: { progress: RemoveProgress }) {
  return (
    <div className="problem" role="alert">
      <div className="problem-title">
        {progress.problemCount === 1 ? 'One entry' : `${progress.problemCount} entries`} could not be deleted.
      </div>
      <ul className="plain-list problem-list">
        {progress.problems.map(({ path, error }) => (
          <li key={path}>
            <span className="mono">{displayRemoteName(path)}</span>: {error.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function countText(count: CountProgress | undefined): string {
  if (!count) return 'Counting…';
  const files = `${count.files.toLocaleString('en-GB')} ${count.files === 1 ? 'file' : 'files'}`;
  const folders = `${count.folders.toLocaleString('en-GB')} ${count.folders === 1 ? 'folder' : 'folders'}`;
  const all = [count.files > 0 || count.folders === 0 ? files : '', count.folders > 0 ? folders : ''];
  const text = `${all.filter(Boolean).join(' and ')}, ${formatBytes(count.bytes)}`;
  return count.isDone ? `${text} in all.` : `${text} so far…`;
}

function progressText(progress: RemoveProgress, count: CountProgress | undefined): string {
  const total = count?.isDone ? ` of ${(count.files + count.folders).toLocaleString('en-GB')}` : '';
  return `${progress.removed.toLocaleString('en-GB')}${total} deleted${progress.isDone ? '.' : '…'}`;
}
