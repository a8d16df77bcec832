import { useEffect, useState } from 'react';
import {
  type FileEntry,
  type FileText,
  maxImageBytes,
  maxTextBytes,
} from '../../../shared/contract/files.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { formatBytes } from '../../ui/bytes.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { isImageName } from './entry-look.ts';
import { joinPath } from './remote-path.ts';
import './viewer-dialog.css';

type Content =
  | { readonly kind: 'text'; readonly file: FileText }
  | { readonly kind: 'image'; readonly url: string };

/** Shows a small text file or an image; larger ones in part, or not at all. */
export function ViewerDialog(props: {
  paneId: string;
  folder: string;
  entry: FileEntry;
  onEdit: () => void;
  onDownload: () => void;
  onClose: () => void;
}) {
  const { paneId, folder, entry } = props;
  const session = useSession();
  const [content, setContent] = useState<Content>();
  const [error, setError] = useState<AppError>();
  const path = joinPath(folder, entry.name);
  const isImage = isImageName(entry.name) && (entry.size ?? 0) <= maxImageBytes;
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const read = async (): Promise<Content> => {
      if (!isImage)
        return {
          kind: 'text',
          file: await session.call((api) => api.files.readText({ paneId, path }, { signal })),
        };
      const image = await session.call((api) => api.files.readImage({ paneId, path }, { signal }));
      return { kind: 'image', url: `data:${image.mediaType};base64,${image.base64}` };
    };
    read().then(
      (found) => !signal.aborted && setContent(found),
      (failure: unknown) => !signal.aborted && setError(toAppError(failure)),
    );
    return () => stop.abort();
  }, [session, paneId, path, isImage]);
  const leave = (work: () => void) => () => {
    props.onClose();
    work();
  };
  return (
    <Dialog
      title={displayRemoteName(entry.name)}
      description={entry.size === undefined ? displayRemoteName(path) : formatBytes(entry.size)}
      size="wide"
      onClose={props.onClose}
    >
      {error && <Problem error={error} />}
      {!content && !error && (
        <p className="viewer-wait" role="status">
          Reading…
        </p>
      )}
      {content?.kind === 'text' && <TextView file={content.file} />}
      {content?.kind === 'image' && (
        <div className="viewer-image">
          <img
            src={content.url}
            alt={displayRemoteName(entry.name)}
            onError={() => setError(brokenImage())}
          />
        </div>
      )}
      <div className="actions">
        <Button onClick={leave(props.onDownload)}>Download</Button>
        <Button onClick={leave(props.onEdit)}>Edit with my editor</Button>
        <Button kind="primary" autoFocus onClick={props.onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

function TextView({ file }: { file: FileText }) {
  if (file.size === 0) return <p className="muted">The file is empty.</p>;
  return (
    <>
      {file.isBinary && (
        <p className="note">This file is not plain text; bytes that no text has are left out.</p>
      )}
      <pre className="viewer-text" tabIndex={0} role="document" aria-label="Content">
        {file.text}
      </pre>
      {file.isCut && (
        <p className="muted">
          The first {formatBytes(maxTextBytes)} of {formatBytes(file.size)}. Download the file to see all of
          it.
        </p>
      )}
    </>
  );
}

function brokenImage(): AppError {
  return new AppError('unsupported', 'This image cannot be shown.', {
    reason: 'Its content is damaged, or of a kind that is not known here.',
    advice: 'Download it to open it with another program.',
  });
}
