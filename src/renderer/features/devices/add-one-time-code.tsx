import { type FormEvent, useEffect, useState } from 'react';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { QrCode } from './qr-code.tsx';

interface Registration {
  readonly registrationId: string;
  readonly otpauthUri: string;
  readonly secret: string;
}

/** Adds an authenticator: a QR code to scan or a secret to type, then one code as proof. */
export function AddOneTimeCode({ accountUri, onDone }: { accountUri: AccountUri; onDone: () => void }) {
  const session = useSession();
  const copy = useCopy();
  const [registration, setRegistration] = useState<Registration>();
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setError(undefined);
    session
      .call((api) => api.devices.beginOneTimeCode({ accountUri }, { signal: stop.signal }))
      .then(
        (begun) => !stop.signal.aborted && setRegistration(begun),
        (failure: unknown) => !stop.signal.aborted && setError(toAppError(failure)),
      );
    return () => stop.abort();
  }, [session, accountUri, attempt]);
  const finish = async (event: FormEvent) => {
    event.preventDefault();
    if (!registration || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      await session.call((api) =>
        api.devices.finishOneTimeCode({
          registrationId: registration.registrationId,
          name: name.trim(),
          oneTimeCode: code.replace(/\s/g, ''),
        }),
      );
      onDone();
    } catch (failure) {
      setError(toAppError(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="add-device add-code" onSubmit={finish} aria-label="Add one-time code">
      <div className="qr-place">
        {registration && <QrCode text={registration.otpauthUri} label="QR code for the authenticator" />}
      </div>
      <div className="stack">
        <p className="muted">
          Scan the code with an authenticator, or type this secret:{' '}
          {registration && (
            <button type="button" className="secret mono" onClick={() => copy(registration.secret)}>
              {registration.secret}
              <span className="hidden-text">, copy</span>
            </button>
          )}
        </p>
        <Field
          label="Name of the device"
          value={name}
          maxLength={200}
          placeholder="Phone"
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          autoFocus
        />
        <Field
          label="One-time code"
          className="mono"
          inputMode="numeric"
          maxLength={20}
          value={code}
          autoComplete="one-time-code"
          hint="Six digits that the authenticator shows now."
          onChange={(event) => setCode(event.target.value)}
        />
        {error && (
          <Problem error={toErrorInfo(error)}>
            {!registration && <Button onClick={() => setAttempt((old) => old + 1)}>Try again</Button>}
          </Problem>
        )}
        <div className="actions">
          <Button onClick={onDone}>Cancel</Button>
          <Button
            type="submit"
            kind="primary"
            disabled={!registration || isBusy || name.trim() === '' || code.trim() === ''}
          >
            {isBusy ? 'Checking…' : 'Add'}
          </Button>
        </div>
      </div>
    </form>
  );
}
