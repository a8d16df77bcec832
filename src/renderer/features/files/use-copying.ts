import { useEffect, useMemo, useRef } from 'react';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FileEntry, FilePane } from '../../../shared/contract/files.ts';
import { filesByPath } from '../../../shared/contract/transfers.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { isEnded } from '../../state/transfer-state.ts';
import { effectiveKind } from './entry-look.ts';
import { followDownload, folderPicker, writeItems } from './page-downloads.ts';
import { uploadPicked } from './page-uploads.ts';
import { droppedFiles, pickFiles, type PickedFile } from './picked-files.ts';

export interface Copying {
  /** Lets a person choose what to upload into `folder`. */
  choose(what: 'files' | 'folder', folder: string): void;
  drop(data: DataTransfer, folder: string): void;
  /** `one` is the entry when there is a single one. */
  download(paths: readonly string[], one: FileEntry | undefined): void;
}

/** Copies both ways: by paths of this machine where the main process has them, else through the page. */
export function useCopying(paneId: string): Copying {
  const session = useSession();
  const ui = useUi();
  const isByPath = useAppState((state) => state.app.capabilities.includes(filesByPath));
  return useMemo(() => {
    const run = (work: () => Promise<unknown>) =>
      void work().catch((error: unknown) => {
        // A dialog of the browser that was closed is an answer.
        if (!(error instanceof DOMException && error.name === 'AbortError')) ui.report(toCopyError(error));
      });
    const uploadPaths = async (folder: string, paths: readonly string[]) => {
      if (paths.length > 0)
        await session.call((api) => api.transfers.uploadPaths({ paneId, folder, paths: [...paths] }));
    };
    const upload = async (folder: string, files: readonly PickedFile[]) => {
      if (files.length > 0) await uploadPicked(session, { paneId, folder }, files);
    };
    const byPage = async (paths: readonly string[], one: FileEntry | undefined) => {
      const isFile = one !== undefined && effectiveKind(one) === 'file';
      const pick = isFile ? undefined : folderPicker();
      // The browser lets a page ask only right after a click or a key.
      const root = await pick?.({ mode: 'readwrite' });
      const way = isFile ? 'file' : root ? 'folder' : 'archive';
      const { transferId, url } = await session.call((api) =>
        api.transfers.downloadToPage({ paneId, paths: [...paths], way }),
      );
      if (root)
        void writeItems(session, transferId, root).catch((error: unknown) => ui.report(toCopyError(error)));
      else if (url) followDownload(url);
    };
    return {
      choose: (what, folder) =>
        run(async () => {
          if (!isByPath) return upload(folder, await pickFiles(what));
          const { paths } = await session.call((api) => api.transfers.choose({ what }));
          return uploadPaths(folder, paths);
        }),
      drop: (data, folder) => {
        const pathOf = window.porthole?.pathOf;
        if (isByPath && pathOf) run(() => uploadPaths(folder, [...data.files].map(pathOf).filter(Boolean)));
        else {
          const files = droppedFiles(data);
          run(async () => upload(folder, await files));
        }
      },
      download: (paths, one) =>
        run(async () => {
          if (!isByPath) return byPage(paths, one);
          const { paths: chosen } = await session.call((api) =>
            api.transfers.choose({ what: 'target-folder' }),
          );
          const folder = chosen[0];
          if (folder === undefined) return;
          await session.call((api) => api.transfers.downloadToFolder({ paneId, paths: [...paths], folder }));
        }),
    };
  }, [session, ui, paneId, isByPath]);
}

/** Reads the folder again when something has come into it. */
export function useRefreshAfterUploads(
  pane: FilePane,
  folder: string | undefined,
  refresh: () => void,
): void {
  const transfers = useAppState((state) => state.transfers);
  const ended = Object.values(transfers)
    .filter(
      (transfer) =>
        transfer.direction === 'upload' &&
        transfer.serverUri === pane.serverUri &&
        transfer.remoteFolder === folder &&
        isEnded(transfer),
    )
    .map((transfer) => `${transfer.id} ${transfer.endedAt}`)
    .sort()
    .join();
  const seen = useRef(ended);
  useEffect(() => {
    if (ended !== seen.current && ended.length >= seen.current.length) refresh();
    seen.current = ended;
  }, [ended, refresh]);
}

function toCopyError(error: unknown): AppError {
  if (!(error instanceof DOMException)) return toAppError(error);
  return new AppError('file-failed', 'The chosen files cannot be read.', {
    reason: error.message,
    advice: 'They may have been moved, or belong to another user. Choose them again.',
  });
}
