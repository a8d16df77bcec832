import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';

const words = {
  'security-key': { name: 'Security key', hint: 'Asked for after the password.' },
  passkey: { name: 'Passkey', hint: 'Also signs in without a password.' },
};

/** Adds a security key or a passkey; the browser engine does the ceremony in a window of its own. */
export function AddKey(props: {
  accountUri: AccountUri;
  kind: 'security-key' | 'passkey';
  onDone: () => void;
}) {
  const { accountUri, kind } = props;
  const session = useSession();
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || name.trim() === '') return;
    setBusy(true);
    setError(undefined);
    const mine = new AbortController();
    stop.current = mine;
    try {
      await session.call((api) =>
        api.devices.addSecurityKey({ accountUri, name: name.trim(), kind }, { signal: mine.signal }),
      );
      props.onDone();
    } catch (failure) {
      const known = toAppError(failure);
      if (!mine.signal.aborted && known.code !== 'cancelled') setError(known);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack add-device" onSubmit={add} aria-label={`Add ${words[kind].name.toLowerCase()}`}>
      <Field
        label="Name of the device"
        value={name}
        maxLength={200}
        placeholder={words[kind].name}
        hint={words[kind].hint}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
        autoFocus
      />
      {isBusy && (
        <p role="status" className="muted">
          Follow the window of the browser, and touch the key when it asks.
        </p>
      )}
      {error && <Problem error={toErrorInfo(error)} />}
      <div className="actions">
        <Button
          onClick={() => {
            stop.current?.abort();
            props.onDone();
          }}
        >
          Cancel
        </Button>
        <Button type="submit" kind="primary" disabled={isBusy || name.trim() === ''}>
          {isBusy ? 'Adding…' : 'Add'}
        </Button>
      </div>
    </form>
  );
}
