import { ArrowDownToLine, ArrowUpFromLine } from 'lucide-react';
import { useState } from 'react';
import type { TransferInfo } from '../../../shared/contract/transfers.ts';
import { filesByPath } from '../../../shared/contract/transfers.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { clusterOf, parseAccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { isEnded } from '../../state/transfer-state.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { StateDot } from '../../ui/state-dot.tsx';
import { reattachPicked } from './page-uploads.ts';
import { pickFiles } from './picked-files.ts';
import { ProgressLine } from './progress-line.tsx';
import { TransferProblems } from './transfer-problems.tsx';
import { endText, progressText, share, transferLook, transferTitle } from './transfer-words.ts';

/** One transfer: how far it is, and what can be done with it. */
export function TransferItem({ transfer, onAnswer }: { transfer: TransferInfo; onAnswer: () => void }) {
  const { status, progress } = transfer;
  const look = transferLook(transfer);
  const title = transferTitle(transfer);
  const isUp = transfer.direction === 'upload';
  const Arrow = isUp ? ArrowUpFromLine : ArrowDownToLine;
  const place = `${transfer.login}@${transfer.serverName}`;
  const isRunning = status.kind === 'running';
  return (
    <li className="transfer" aria-label={title}>
      <div className="line">
        <Arrow size={14} aria-label={isUp ? 'Upload' : 'Download'} />
        <span className="grow clip" title={title}>
          <bdi>{title}</bdi>
        </span>
        <span className="transfer-state">
          <StateDot colour={look.colour} shape={look.shape} />
          {look.word}
        </span>
      </div>
      <div className="small muted clip" title={displayRemoteName(transfer.remoteFolder)}>
        {isUp ? 'to' : 'from'} {place},{' '}
        <span className="mono">{displayRemoteName(transfer.remoteFolder)}</span>
      </div>
      {!isEnded(transfer) && <ProgressLine label={`Progress of ${title}`} share={share(progress)} />}
      <div className="transfer-foot">
        <span className="grow small muted" title={progress.current}>
          {status.kind === 'done' ? endText(transfer) : progressText(progress, isRunning)}
        </span>
        <TransferButtons transfer={transfer} onAnswer={onAnswer} />
      </div>
      <TransferProblems transfer={transfer} />
    </li>
  );
}

function TransferButtons({ transfer, onAnswer }: { transfer: TransferInfo; onAnswer: () => void }) {
  const session = useSession();
  const ui = useUi();
  const isByPath = useAppState((state) => state.app.capabilities.includes(filesByPath));
  const [isBusy, setBusy] = useState(false);
  const { id: transferId, status } = transfer;
  const run = (work: Parameters<typeof session.call>[0]) => {
    setBusy(true);
    void session
      .call(work)
      .catch((error: unknown) => ui.report(toAppError(error)))
      .finally(() => setBusy(false));
  };
  const button = (label: string, work: Parameters<typeof session.call>[0]) => (
    <Button kind="quiet" disabled={isBusy} onClick={() => run(work)}>
      {label}
    </Button>
  );
  const again = async () => {
    const files = await pickFiles(
      transfer.itemCount === 1 && transfer.progress.foldersTotal > 0 ? 'folder' : 'files',
    );
    if (files.length > 0) await reattachPicked(session, transferId, files);
  };
  const signIn = () =>
    ui.ask({
      kind: 'sign-in',
      clusterUri: clusterOf(transfer.accountUri),
      userName: parseAccountUri(transfer.accountUri)?.userName ?? '',
      reason: `The transfer of ${transfer.title} goes on after signing in.`,
    });
  const kind = status.kind;
  const canPause = kind === 'running' || kind === 'queued' || kind === 'checking' || kind === 'waiting';
  const canRetry = kind === 'failed' || (kind === 'done' && transfer.problemCount > 0);
  const canReveal = isByPath && kind === 'done' && transfer.direction === 'download';
  return (
    <span className="transfer-buttons">
      {kind === 'asking' && (
        <Button kind="quiet" onClick={onAnswer}>
          Answer
        </Button>
      )}
      {status.kind === 'waiting' && status.for === 'page' && (
        <Button
          kind="quiet"
          onClick={() => void again().catch((error: unknown) => ui.report(toAppError(error)))}
        >
          Choose the files again
        </Button>
      )}
      {status.kind === 'waiting' && status.for === 'sign-in' && (
        <Button kind="quiet" onClick={signIn}>
          Sign in again
        </Button>
      )}
      {canPause && button('Pause', (api) => api.transfers.pause({ transferId }))}
      {kind === 'paused' && button('Resume', (api) => api.transfers.resume({ transferId }))}
      {canRetry && button('Try again', (api) => api.transfers.retry({ transferId }))}
      {canReveal && button('Show in folder', (api) => api.transfers.reveal({ transferId }))}
      {isEnded(transfer)
        ? button('Clear', (api) => api.transfers.clear({ transferIds: [transferId] }))
        : button('Cancel', (api) => api.transfers.cancel({ transferId }))}
    </span>
  );
}
