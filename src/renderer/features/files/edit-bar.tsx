import type { FileEdit } from '../../../shared/contract/files.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { baseName } from './remote-path.ts';
import './edit-bar.css';

/** Files of the pane that are open in an editor of this machine. */
export function EditBar({ paneId }: { paneId: string }) {
  const all = useAppState((state) => state.fileEdits);
  const edits = Object.values(all).filter((edit) => edit.paneId === paneId);
  if (edits.length === 0) return null;
  return (
    <ul className="edit-bar" aria-label="Files in your editor">
      {edits.map((edit) => (
        <EditItem key={edit.id} edit={edit} />
      ))}
    </ul>
  );
}

function EditItem({ edit }: { edit: FileEdit }) {
  const session = useSession();
  const ui = useUi();
  const name = displayRemoteName(baseName(edit.path));
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const settle = (answer: 'overwrite' | 'keep-both' | 'reload') =>
    run((api) => api.files.settleEdit({ editId: edit.id, answer }));
  const isChanged = edit.status.kind === 'changed';
  return (
    <li className="edit-item" data-warn={isChanged || edit.status.kind === 'failed'} aria-label={name}>
      <span className="grow" role={isChanged ? 'alert' : undefined}>
        <span className="mono">{name}</span> <span className="muted">{statusText(edit)}</span>
      </span>
      {isChanged && (
        <>
          <Button onClick={() => settle('overwrite')}>Overwrite</Button>
          <Button onClick={() => settle('keep-both')}>Keep both</Button>
          <Button onClick={() => settle('reload')}>Take the server’s</Button>
        </>
      )}
      <Button kind="quiet" onClick={() => run((api) => api.files.endEdit({ editId: edit.id }))}>
        Stop editing
      </Button>
    </li>
  );
}

function statusText(edit: FileEdit): string {
  const { status } = edit;
  switch (status.kind) {
    case 'opening':
      return 'is being opened in your editor…';
    case 'watching':
      return status.savedAt
        ? `saved to the server at ${new Date(status.savedAt).toLocaleTimeString('en-GB')}`
        : 'is open in your editor; each save goes to the server';
    case 'saving':
      return 'is being saved to the server…';
    case 'changed':
      return 'has changed on the server since you opened it. What you saved waits here.';
    case 'failed':
      return [status.error.message, status.error.reason, status.error.advice].filter(Boolean).join(' ');
  }
}
