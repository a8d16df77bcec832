import type { FileEntry } from '../../../shared/contract/files.ts';
import { formatBytes } from '../../ui/bytes.ts';
import type { Folder } from './use-folder.ts';

const count = (number: number, one: string, many: string) =>
  `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;

/** How much is here, and how much of it is chosen. */
export function PaneStatus(props: { folder: Folder; shown: number; chosen: readonly FileEntry[] }) {
  const { folder, chosen } = props;
  const bytes = chosen.reduce((sum, entry) => sum + (entry.kind === 'file' ? (entry.size ?? 0) : 0), 0);
  const hidden = folder.entries.length - props.shown;
  return (
    <div className="pane-status">
      <span>{count(props.shown, 'entry', 'entries')}</span>
      {hidden > 0 && <span>{hidden.toLocaleString('en-GB')} not shown</span>}
      {folder.isLoading && folder.entries.length > 0 && <span>reading…</span>}
      <span className="grow" />
      {chosen.length > 0 && (
        <span>
          {chosen.length.toLocaleString('en-GB')} chosen{bytes > 0 && `, ${formatBytes(bytes)}`}
        </span>
      )}
    </div>
  );
}
