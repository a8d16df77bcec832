import type { ReactNode } from 'react';
import type { FilePane } from '../../../shared/contract/files.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { PaneProblem } from './pane-problem.tsx';
import type { Folder } from './use-folder.ts';

/** The rows, or what stands in their place: a skeleton, why there are none, or what went wrong. */
export function PaneContent(props: {
  pane: FilePane;
  folder: Folder;
  isEmpty: boolean;
  filter: string;
  onClearFilter: () => void;
  onUpload: () => void;
  children: ReactNode;
}) {
  const { pane, folder } = props;
  const session = useSession();
  const ui = useUi();
  const reconnect = () =>
    void session
      .call((api) => api.files.reconnect({ paneId: pane.id }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  const { status } = pane;
  if (status.kind === 'forbidden') return <PaneProblem pane={pane} error={status.error} />;
  if (status.kind === 'ended') return <PaneProblem pane={pane} error={status.error} onRetry={reconnect} />;
  if (folder.error)
    return (
      <PaneProblem pane={pane} error={folder.error} onRetry={folder.refresh} onHome={() => folder.go('~')} />
    );
  const isWaiting = status.kind === 'connecting' || (folder.isLoading && folder.entries.length === 0);
  return (
    <>
      {props.children}
      {isWaiting && <Skeleton />}
      {!isWaiting && props.isEmpty && (
        <div className="pane-empty">
          {props.filter !== '' ? (
            <>
              <p>Nothing matches.</p>
              <Button onClick={props.onClearFilter}>Clear filter</Button>
            </>
          ) : folder.entries.length > 0 ? (
            <p>Only hidden files are here.</p>
          ) : (
            <>
              <p>This folder is empty.</p>
              <Button onClick={props.onUpload}>Upload files</Button>
            </>
          )}
        </div>
      )}
    </>
  );
}

function Skeleton() {
  return (
    <div className="file-skeleton" aria-hidden>
      {Array.from({ length: 14 }, (_, index) => (
        <div key={index}>
          <span style={{ width: `${90 + ((index * 37) % 110)}px` }} />
        </div>
      ))}
    </div>
  );
}
