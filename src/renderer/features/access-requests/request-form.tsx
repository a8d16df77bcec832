import { type FormEvent, useState } from 'react';
import type { CartItem } from '../../../shared/contract/request-cart.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { useCart } from '../../state/use-cart.ts';
import { counted } from '../../state/request-words.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Chips, ToggleChip } from '../../ui/toggle-chip.tsx';
import { toDraft } from './draft.ts';
import { DraftResources, DraftRoles } from './draft-items.tsx';
import { DryRunSummary } from './dry-run-summary.tsx';
import { ReasonField } from './reason-field.tsx';
import { ReviewersField } from './reviewers-field.tsx';
import { TimeFields } from './time-fields.tsx';
import { useCapabilities, useDraftFields, useDryRun } from './use-draft.ts';
import './request-form.css';

/** Asks for what is in the cart. What the cluster would say is shown before anything is sent. */
export function RequestForm({ accountUri }: { accountUri: AccountUri }) {
  const session = useSession();
  const ui = useUi();
  const { userName, cluster } = useAccountLook(accountUri);
  const cart = useCart(accountUri);
  const { capabilities, error: unknown } = useCapabilities(accountUri);
  const { fields, change, forget } = useDraftFields(accountUri);
  const resources = cart.items.filter((item) => item.kind === 'resource');
  const roles = cart.items.filter((item) => item.kind === 'role');
  const [wanted, setWanted] = useState<CartItem['kind']>();
  // A request is for roles or for resources: with both in the cart a person says which goes first.
  const kind = resources.length === 0 ? 'role' : roles.length === 0 ? 'resource' : (wanted ?? 'resource');
  const items: readonly CartItem[] = kind === 'role' ? roles : resources;
  const { dryRun, error, isBusy } = useDryRun(accountUri, items, fields);
  const [problem, setProblem] = useState<AppError>();
  const [isSending, setSending] = useState(false);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (items.length === 0 || isSending) return;
    setSending(true);
    setProblem(undefined);
    try {
      const request = await session.call((api) =>
        api.requests.create(toDraft(accountUri, items, fields, Date.now())),
      );
      forget();
      ui.closeDialog();
      await session.call((api) => api.workspace.openRequest({ requestUri: request.uri }));
    } catch (failure) {
      setProblem(toAppError(failure));
    } finally {
      setSending(false);
    }
  };

  return (
    <Dialog
      title="Request access"
      description={`${userName} on ${cluster?.name ?? ''}`}
      size="wide"
      onClose={ui.closeDialog}
    >
      <form className="stack request-form" onSubmit={send} noValidate>
        {unknown && <Problem error={toErrorInfo(unknown)} />}
        {resources.length > 0 && roles.length > 0 && (
          <div className="line">
            <Chips label="What to ask for">
              <ToggleChip isOn={kind === 'resource'} onClick={() => setWanted('resource')}>
                {counted(resources.length, 'resource', 'resources')}
              </ToggleChip>
              <ToggleChip isOn={kind === 'role'} onClick={() => setWanted('role')}>
                {counted(roles.length, 'role', 'roles')}
              </ToggleChip>
            </Chips>
            <span className="muted small">The rest stays in the cart.</span>
          </div>
        )}
        {kind === 'resource' ? (
          <DraftResources items={resources} put={cart.put} />
        ) : (
          <DraftRoles requestable={capabilities?.requestableRoles} items={roles} toggle={cart.toggle} />
        )}
        <ReasonField
          reason={fields.reason}
          isRequired={dryRun?.reasonRequired ?? capabilities?.reasonRequired ?? false}
          prompts={dryRun?.reasonPrompts ?? capabilities?.reasonPrompts ?? []}
          onChange={(reason) => change({ reason })}
        />
        <ReviewersField
          suggested={[
            // A draft that names reviewers is answered with those alone.
            ...new Set([...(capabilities?.suggestedReviewers ?? []), ...(dryRun?.reviewers ?? [])]),
          ].filter((name) => !fields.otherReviewers.split(/[\s,;]+/).includes(name))}
          fields={fields}
          change={change}
        />
        <TimeFields
          fields={fields}
          change={change}
          longestAccessUntil={dryRun?.longestAccessUntil}
          server={capabilities?.server}
        />
        <div className="request-form-foot">
          <DryRunSummary dryRun={dryRun} error={error} isBusy={isBusy} isEmpty={items.length === 0} />
          {problem && <Problem error={toErrorInfo(problem)} />}
          <div className="actions">
            <Button onClick={ui.closeDialog}>Cancel</Button>
            <Button type="submit" kind="primary" aria-disabled={items.length === 0} disabled={isSending}>
              {isSending ? 'Sending…' : 'Send request'}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}
