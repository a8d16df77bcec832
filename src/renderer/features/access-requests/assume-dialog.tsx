import { useEffect, useState } from 'react';
import type { AssumePreview, RequestInfo } from '../../../shared/contract/access-requests.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { accountOf, type RequestUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { resourceName, summaryOf } from '../../state/request-words.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { formatExact, formatMoment, formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import './choices.css';
import './assume-dialog.css';

/** What assuming brings, and what ends with it, before it is done. Other approved requests can go along. */
export function AssumeDialog({ requestUri }: { requestUri: RequestUri }) {
  const session = useSession();
  const ui = useUi();
  const accountUri = accountOf(requestUri);
  const { userName, cluster } = useAccountLook(accountUri);
  const requests = useAppState((state) => state.requests);
  const ready = Object.values(requests)
    .filter((one) => one.accountUri === accountUri && one.assumable.kind === 'now' && !one.isAssumed)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const [chosen, setChosen] = useState<readonly RequestUri[]>([requestUri]);
  const { preview, error, setError } = usePreview(chosen);
  const [isBusy, setBusy] = useState(false);
  const problem = error ? toErrorInfo(error) : preview?.problems[0];
  const assume = async () => {
    setBusy(true);
    try {
      await session.call((api) => api.requests.assume({ requestUris: [...chosen] }));
      ui.closeDialog();
      ui.notify('Assumed. New shells and tunnels use it.');
    } catch (failure) {
      setError(toAppError(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Assume access"
      description={`${userName} on ${cluster?.name ?? ''}. Open shells and tunnels go on as they are.`}
      onClose={ui.closeDialog}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void assume();
        }}
      >
        {ready.length > 1 && (
          <fieldset className="choices">
            <legend className="field-label">Requests</legend>
            {ready.map((request) => (
              <Choice
                key={request.uri}
                request={request}
                isOn={chosen.includes(request.uri)}
                onChange={(isOn) =>
                  setChosen((old) =>
                    isOn ? [...old, request.uri] : old.filter((uri) => uri !== request.uri),
                  )
                }
              />
            ))}
          </fieldset>
        )}
        <div className="preview">{preview && chosen.length > 0 && <Preview preview={preview} />}</div>
        {problem && <Problem error={problem} />}
        <div className="actions">
          <Button onClick={ui.closeDialog}>Cancel</Button>
          <Button
            type="submit"
            kind="primary"
            autoFocus
            aria-disabled={chosen.length === 0 || (preview?.problems.length ?? 0) > 0}
            disabled={isBusy}
          >
            {isBusy ? 'Assuming…' : 'Assume'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Choice(props: { request: RequestInfo; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label className="choice">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span className="mono clip">{summaryOf(props.request)}</span>
    </label>
  );
}

function Preview({ preview }: { preview: AssumePreview }) {
  const now = useNow(10_000);
  return (
    <>
      <dl className="facts">
        <dt>Roles</dt>
        <dd className="mono">{preview.roles.join(', ') || 'none'}</dd>
        {preview.resources.length > 0 && (
          <>
            <dt>Opens</dt>
            <dd className="mono">{preview.resources.map(resourceName).join(', ')}</dd>
          </>
        )}
        <dt>Ends</dt>
        <dd title={formatExact(preview.validUntil)}>
          in {formatSpan(Date.parse(preview.validUntil) - now)}, at {formatMoment(preview.validUntil, now)}
        </dd>
      </dl>
      {preview.notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
    </>
  );
}

function usePreview(chosen: readonly RequestUri[]) {
  const session = useSession();
  const [preview, setPreview] = useState<AssumePreview>();
  const [error, setError] = useState<AppError>();
  const key = chosen.join('\n');
  useEffect(() => {
    if (key === '') return;
    let isCurrent = true;
    session
      .call((api) => api.requests.previewAssume({ requestUris: key.split('\n') as RequestUri[] }))
      .then(
        (found) => {
          if (!isCurrent) return;
          setPreview(found);
          setError(undefined);
        },
        (failure: unknown) => isCurrent && setError(toAppError(failure)),
      );
    return () => {
      isCurrent = false;
    };
  }, [key, session]);
  return { preview, error, setError };
}
