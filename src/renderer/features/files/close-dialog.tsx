import { useState } from 'react';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { isEnded } from '../../state/transfer-state.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { transferTitle } from './transfer-words.ts';

/** Files are still being copied from the tab that is closed. */
export function CloseWithTransfersDialog(props: { tabId: string; transferIds: readonly string[] }) {
  const session = useSession();
  const ui = useUi();
  const byId = useAppState((state) => state.transfers);
  const [isBusy, setBusy] = useState(false);
  const transfers = props.transferIds.flatMap((id) => byId[id] ?? []).filter((one) => !isEnded(one));
  const first = transfers[0];
  const close = (isCancelled: boolean) => {
    setBusy(true);
    const work = async () => {
      if (isCancelled)
        for (const { id } of transfers) await session.call((api) => api.transfers.cancel({ transferId: id }));
      await session.call((api) => api.workspace.closeTab({ tabId: props.tabId }));
    };
    void work()
      .catch((error: unknown) => ui.report(toAppError(error)))
      .finally(ui.closeDialog);
  };
  return (
    <Dialog
      title={transfers.length > 1 ? `${transfers.length} transfers are under way` : 'A transfer is under way'}
      {...(first
        ? {
            description: `${transferTitle(first)}, ${first.login}@${first.serverName}. It can go on without its tab.`,
          }
        : {})}
      onClose={ui.closeDialog}
    >
      <div className="actions">
        <Button onClick={ui.closeDialog}>Keep the tab</Button>
        <Button disabled={isBusy} onClick={() => close(true)}>
          Cancel and close
        </Button>
        <Button kind="primary" disabled={isBusy} onClick={() => close(false)}>
          Go on in the background
        </Button>
      </div>
    </Dialog>
  );
}
