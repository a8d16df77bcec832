import type { TransferInfo, TransferProgress } from '../../../shared/contract/transfers.ts';
import { isEnded } from '../../state/transfer-state.ts';
import { formatBytes } from '../../ui/bytes.ts';
import { formatSpan } from '../../ui/time.ts';

const count = (number: number, one: string, many: string) =>
  `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;

export function transferTitle(transfer: TransferInfo): string {
  const more = transfer.itemCount - 1;
  return more > 0 ? `${transfer.title} and ${more.toLocaleString('en-GB')} more` : transfer.title;
}

export interface TransferLook {
  readonly word: string;
  readonly colour: 'good' | 'warn' | 'bad' | 'accent' | 'text-3';
  readonly shape: 'round' | 'ring' | 'square';
}

export function transferLook({ status, problemCount }: TransferInfo): TransferLook {
  switch (status.kind) {
    case 'queued':
      return { word: 'queued', colour: 'text-3', shape: 'ring' };
    case 'running':
      return { word: 'running', colour: 'accent', shape: 'round' };
    case 'checking':
      return { word: 'checking', colour: 'accent', shape: 'round' };
    case 'paused':
      return { word: 'paused', colour: 'text-3', shape: 'ring' };
    case 'waiting':
      return { word: waitingWords[status.for], colour: 'warn', shape: 'ring' };
    case 'asking':
      return { word: 'needs an answer', colour: 'warn', shape: 'ring' };
    case 'failed':
      return { word: 'failed', colour: 'bad', shape: 'square' };
    case 'cancelled':
      return { word: 'cancelled', colour: 'text-3', shape: 'square' };
    case 'done':
      return problemCount > 0
        ? { word: `done, ${problemCount.toLocaleString('en-GB')} left out`, colour: 'warn', shape: 'round' }
        : { word: 'done', colour: 'good', shape: 'round' };
  }
}

const waitingWords = {
  connection: 'waiting for the connection',
  'sign-in': 'waiting for the sign-in',
  page: 'waiting for its files',
};

/** `1.2 of 4.0 GB · 12 MB/s · 3 min left`; what is not known is left out. */
export function progressText(progress: TransferProgress, isRunning: boolean): string {
  const total = progress.isCounted
    ? formatBytes(progress.bytesTotal)
    : `${formatBytes(progress.bytesTotal)}+`;
  return [
    `${formatBytes(progress.bytesDone)} of ${total}`,
    progress.filesTotal > 1 &&
      `${(progress.filesDone + progress.filesSkipped).toLocaleString('en-GB')} of ${count(progress.filesTotal, 'file', 'files')}`,
    isRunning && progress.rate > 0 && `${formatBytes(progress.rate)}/s`,
    isRunning && progress.secondsLeft !== undefined && `${formatSpan(progress.secondsLeft * 1_000)} left`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What a transfer came to. */
export function endText({ progress }: TransferInfo): string {
  return [
    count(progress.filesDone, 'file', 'files'),
    formatBytes(progress.bytesDone),
    progress.filesSkipped > 0 && `${progress.filesSkipped.toLocaleString('en-GB')} skipped`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Between 0 and 1; undefined while the whole is not known. */
export function share({
  bytesDone,
  bytesTotal,
  filesDone,
  filesTotal,
  isCounted,
}: TransferProgress): number | undefined {
  if (!isCounted) return undefined;
  if (bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal);
  return filesTotal > 0 ? Math.min(1, filesDone / filesTotal) : 1;
}

/** All that is under way, as one; undefined when nothing is. */
export function totalProgress(transfers: readonly TransferInfo[]): TransferProgress | undefined {
  const active = transfers.filter((transfer) => !isEnded(transfer)).map((transfer) => transfer.progress);
  if (active.length === 0) return undefined;
  const sum = (of: (progress: TransferProgress) => number) => active.reduce((all, one) => all + of(one), 0);
  const rate = sum((one) => one.rate);
  const isCounted = active.every((one) => one.isCounted);
  const left = sum((one) => Math.max(0, one.bytesTotal - one.bytesDone));
  return {
    bytesDone: sum((one) => one.bytesDone),
    bytesTotal: sum((one) => one.bytesTotal),
    filesDone: sum((one) => one.filesDone),
    filesSkipped: sum((one) => one.filesSkipped),
    filesTotal: sum((one) => one.filesTotal),
    foldersTotal: sum((one) => one.foldersTotal),
    isCounted,
    rate,
    ...(isCounted && rate > 0 ? { secondsLeft: left / rate } : {}),
  };
}
