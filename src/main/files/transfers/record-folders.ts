import type { TransferRecord } from './transfer-store.ts';

/** The server's folder of a transfer: the target of uploads, the parent of the first download. */
export function remoteFolderOf({ source, target }: TransferRecord): string {
  if (target.kind === 'server') return target.folder;
  const path = source.kind === 'server' ? (source.paths[0] ?? '/') : '/';
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The folder of this machine; none where the page has the files. */
export function localFolderOf({ source, target }: TransferRecord): { localFolder?: string } {
  if (target.kind === 'disk') return { localFolder: target.folder };
  if (source.kind !== 'disk') return {};
  const path = source.paths[0] ?? '';
  return { localFolder: path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))) || path };
}
