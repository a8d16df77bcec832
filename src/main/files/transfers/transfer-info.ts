import type { TransferInfo } from '../../../shared/contract/transfers.ts';
import { localFolderOf, remoteFolderOf } from './record-folders.ts';
import type { TransferRecord } from './transfer-store.ts';

type Standing = Pick<TransferInfo, 'status' | 'progress' | 'problems' | 'problemCount'>;

/** A transfer as people are shown it: what it was made of, and how it stands. */
export function infoOf(
  record: TransferRecord,
  standing: Standing,
  endedAt: string | undefined,
): TransferInfo {
  const { id, accountUri, serverUri, serverName, login, title, checkHashes, createdAt } = record;
  return {
    id,
    accountUri,
    serverUri,
    serverName,
    login,
    direction: record.target.kind === 'server' ? 'upload' : 'download',
    title,
    itemCount: record.source.kind === 'page' ? record.source.count : record.source.paths.length,
    remoteFolder: remoteFolderOf(record),
    ...localFolderOf(record),
    ...standing,
    checkHashes,
    createdAt,
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}
