import { useEffect, useRef } from 'react';
import type { TransferInfo } from '../../../shared/contract/transfers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { useAppState } from '../../state/store.ts';
import { isEnded } from '../../state/transfer-state.ts';
import { useUi } from '../../state/ui-state.ts';
import { transferTitle } from './transfer-words.ts';

/** Says when a transfer has ended. What had ended before this page was opened is no news. */
export function useTransferNotices(onShow: () => void): void {
  const ui = useUi();
  const transfers = useAppState((state) => state.transfers);
  const isWanted = useAppState((state) => state.settings.values['notifications.transfers']);
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const show = useRef(onShow);
  useEffect(() => {
    show.current = onShow;
  });
  useEffect(() => {
    const all = Object.values(transfers);
    const before = known.current;
    known.current = new Set(all.filter(isEnded).map((one) => one.id));
    if (!before || !isWanted) return;
    for (const transfer of all.filter((one) => isEnded(one) && !before.has(one.id))) {
      const { status } = transfer;
      const what = transferTitle(transfer);
      if (status.kind === 'done')
        ui.notify(doneText(transfer, what), { label: 'Show', run: () => show.current() });
      if (status.kind === 'failed') {
        const { code, reason, advice, action, detail } = status.error;
        ui.report(
          new AppError(code, `${what} could not be copied. ${status.error.message}`, {
            action,
            ...(reason ? { reason } : {}),
            ...(advice ? { advice } : {}),
            ...(detail ? { detail } : {}),
          }),
        );
      }
    }
  }, [transfers, isWanted, ui]);
}

function doneText(transfer: TransferInfo, what: string): string {
  const done =
    transfer.direction === 'upload'
      ? `Uploaded ${what} to ${transfer.serverName}`
      : `Downloaded ${what} from ${transfer.serverName}`;
  return transfer.problemCount > 0 ? `${done}; ${transfer.problemCount} left out.` : `${done}.`;
}
