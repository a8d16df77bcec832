import { Popover } from '@base-ui/react/popover';
import { ArrowDownUp } from 'lucide-react';
import { useState } from 'react';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { isEnded } from '../../state/transfer-state.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { ConflictHost } from './conflict-dialog.tsx';
import { ProgressLine } from './progress-line.tsx';
import { TransferItem } from './transfer-item.tsx';
import { progressText, share, totalProgress } from './transfer-words.ts';
import { useTransferNotices } from './use-transfer-notices.ts';
import './transfers.css';

/** Copies under way and ended ones, with their progress; questions of theirs are asked from here. */
export function TransfersChip() {
  const session = useSession();
  const ui = useUi();
  const byId = useAppState((state) => state.transfers);
  const [isOpen, setOpen] = useState(false);
  /** Whose question was put off; it is asked again from its button. */
  const [later, setLater] = useState<readonly string[]>([]);
  useTransferNotices(() => setOpen(true));
  const transfers = Object.values(byId).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const ended = transfers.filter(isEnded);
  const active = transfers.length - ended.length;
  const total = totalProgress(transfers);
  const asking = transfers.find((one) => one.status.kind === 'asking' && !later.includes(one.id));
  if (transfers.length === 0) return null;
  const whole = total && share(total);
  const clear = () =>
    void session
      .call((api) => api.transfers.clear({ transferIds: ended.slice(0, 1_000).map((one) => one.id) }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <>
      <Popover.Root open={isOpen} onOpenChange={setOpen}>
        <Popover.Trigger
          className="chip transfers-chip"
          aria-label={active > 0 ? `Transfers: ${active}` : 'Transfers'}
          title="Transfers"
        >
          <ArrowDownUp size={14} aria-hidden />
          {active > 0 && active}
          {whole !== undefined && <span className="chip-line" style={{ width: `${whole * 100}%` }} />}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner className="positioner" sideOffset={6} align="end">
            <Popover.Popup className="popup transfers" aria-label="Transfers">
              {total && active > 1 && (
                <div className="transfers-total">
                  <ProgressLine label="Progress in all" share={whole} />
                  <span className="small muted">In all: {progressText(total, true)}</span>
                </div>
              )}
              <ul className="transfer-list" aria-label="Transfers">
                {transfers.map((transfer) => (
                  <TransferItem
                    key={transfer.id}
                    transfer={transfer}
                    onAnswer={() => {
                      setOpen(false);
                      setLater((old) => old.filter((id) => id !== transfer.id));
                    }}
                  />
                ))}
              </ul>
              {ended.length > 0 && (
                <div className="actions">
                  <Button onClick={clear}>Clear ended</Button>
                </div>
              )}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      {asking && (
        <ConflictHost
          key={asking.id}
          transfer={asking}
          onLater={() => setLater((old) => [...old, asking.id])}
        />
      )}
    </>
  );
}
