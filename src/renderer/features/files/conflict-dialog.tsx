import { useState } from 'react';
import type { ConflictAnswer, TransferConflict, TransferInfo } from '../../../shared/contract/transfers.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { formatBytes } from '../../ui/bytes.ts';
import { Dialog } from '../../ui/dialog.tsx';

/** Asks what to do with something that is at the target already. Esc puts the answer off: the transfer waits for it. */
export function ConflictHost({ transfer, onLater }: { transfer: TransferInfo; onLater: () => void }) {
  const { status } = transfer;
  if (status.kind !== 'asking') return null;
  return (
    <Question key={status.conflict.path} transfer={transfer} conflict={status.conflict} onLater={onLater} />
  );
}

function Question(props: { transfer: TransferInfo; conflict: TransferConflict; onLater: () => void }) {
  const { transfer, conflict } = props;
  const session = useSession();
  const ui = useUi();
  const [forAll, setForAll] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const answer = (choice: ConflictAnswer) => {
    setBusy(true);
    void session
      .call((api) => api.transfers.answer({ transferId: transfer.id, answer: choice, forAll }))
      .catch((error: unknown) => {
        ui.report(toAppError(error));
        setBusy(false);
      });
  };
  const name = conflict.path.slice(conflict.path.lastIndexOf('/') + 1);
  const where = transfer.direction === 'upload' ? `on ${transfer.serverName}` : 'on this machine';
  const isMany =
    transfer.itemCount > 1 || transfer.progress.filesTotal > 1 || transfer.progress.foldersTotal > 0;
  const button = (choice: ConflictAnswer, label: string) => (
    <Button disabled={isBusy} onClick={() => answer(choice)}>
      {label}
    </Button>
  );
  return (
    <Dialog
      title={`${name} exists already`}
      description={`${conflict.path} ${where}`}
      onClose={props.onLater}
    >
      <dl className="facts conflict-facts">
        <dt>There</dt>
        <dd>{factsText(conflict.existing)}</dd>
        <dt>Comes</dt>
        <dd>
          {factsText(conflict.incoming)}
          {ageText(conflict)}
        </dd>
      </dl>
      {isMany && (
        <label className="line">
          <input type="checkbox" checked={forAll} onChange={(event) => setForAll(event.target.checked)} />
          For all that follow in this transfer
        </label>
      )}
      <div className="actions">
        {button('skip', 'Skip')}
        {button('keep-both', 'Keep both')}
        {button('newer', 'Only newer')}
        {button('replace', 'Replace')}
      </div>
    </Dialog>
  );
}

function factsText({ size, modified }: TransferConflict['existing']): string {
  const when =
    modified === undefined
      ? ''
      : new Date(modified).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  return [size === undefined ? '' : formatBytes(size), when].filter(Boolean).join(', ') || 'nothing is known';
}

function ageText({ existing, incoming }: TransferConflict): string {
  if (existing.modified === undefined || incoming.modified === undefined) return '';
  if (incoming.modified === existing.modified) return ' (same time)';
  return incoming.modified > existing.modified ? ' (newer)' : ' (older)';
}
