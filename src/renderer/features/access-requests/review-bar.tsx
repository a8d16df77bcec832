import { Clock } from 'lucide-react';
import { useState } from 'react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import type { AppError } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { fromLocal, toLocal } from './local-time.ts';
import { NextButton } from './next-button.tsx';
import type { NextRequest } from './use-next-request.ts';
import type { OpenRequest } from './use-request.ts';

type Decision = 'approve' | 'deny';

/** Approve or deny, with a reason, and another start where the server takes one. */
export function ReviewBar(props: {
  open: OpenRequest;
  request: RequestInfo;
  next: NextRequest | undefined;
  onError: (error: AppError | undefined) => void;
}) {
  const { open, request, next, onError } = props;
  const session = useSession();
  const ui = useUi();
  const [reason, setReason] = useState('');
  const [start, setStart] = useState<string>();
  const [busy, setBusy] = useState<Decision>();
  const decide = async (decision: Decision) => {
    setBusy(decision);
    onError(undefined);
    await ui.guard(request.accountUri, async () => {
      try {
        open.take(
          await session.call((api) =>
            api.requests.review({
              requestUri: request.uri,
              decision,
              reason,
              ...(start && decision === 'approve' ? { assumeFrom: fromLocal(start) } : {}),
            }),
          ),
        );
      } catch (failure) {
        const known = toAppError(failure);
        if (known.action === 'sign-in') throw failure;
        if (known.code !== 'cancelled') onError(known);
        if (known.code === 'conflict') open.reload();
      }
    });
    setBusy(undefined);
  };
  return (
    <>
      {request.mayReview.answer === 'unknown' && (
        <p className="decision-hint muted small">
          {request.mayReview.reason} The cluster decides whether your review counts.
        </p>
      )}
      <form
        className="decision-bar"
        onSubmit={(event) => {
          event.preventDefault();
          void decide('approve');
        }}
      >
        <textarea
          className="input decision-reason"
          aria-label="Reason"
          placeholder="Reason (optional)"
          rows={1}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {request.mayChooseStart &&
          (start === undefined ? (
            <IconButton
              label="Choose another start"
              onClick={() =>
                setStart(toLocal(request.assumeFrom ?? new Date(Date.now() + 3_600_000).toISOString()))
              }
            >
              <Clock size={16} aria-hidden />
            </IconButton>
          ) : (
            <input
              type="datetime-local"
              className="input decision-start"
              aria-label="Start"
              value={start}
              onChange={(event) => setStart(event.target.value === '' ? undefined : event.target.value)}
            />
          ))}
        <Button kind="danger" disabled={busy !== undefined} onClick={() => void decide('deny')}>
          {busy === 'deny' ? 'Denying…' : 'Deny'}
        </Button>
        <Button type="submit" kind="primary" disabled={busy !== undefined}>
          {busy === 'approve' ? 'Approving…' : 'Approve'}
        </Button>
        {next && <NextButton next={next} />}
      </form>
    </>
  );
}
