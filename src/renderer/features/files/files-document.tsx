import type { CSSProperties } from 'react';
import type { FilePane } from '../../../shared/contract/files.ts';
import { useClusterOf } from '../../state/store.ts';
import { FilesPane } from './file-pane.tsx';

/** The files of a server in a tab of their own. */
export function FilesDocument({ pane, isFront }: { pane: FilePane; isFront: boolean }) {
  const cluster = useClusterOf(pane.accountUri);
  return (
    <div
      className="document files-document"
      role="tabpanel"
      aria-label={`Files of ${pane.serverName}`}
      hidden={!isFront}
      style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as CSSProperties}
    >
      <FilesPane pane={pane} />
    </div>
  );
}
