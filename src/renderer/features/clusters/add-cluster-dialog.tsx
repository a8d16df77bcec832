import { type FormEvent, useRef, useState } from 'react';
import type { TrustChoice } from '../../../shared/contract/clusters.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { TrustQuestion } from './trust-question.tsx';

/** Asks for an address, pings it, and goes on to the sign-in. */
export function AddClusterDialog() {
  const session = useSession();
  const ui = useUi();
  const [address, setAddress] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const input = useRef<HTMLInputElement>(null);

  const add = async (trust?: TrustChoice) => {
    setBusy(true);
    setError(undefined);
    try {
      const { clusterUri } = await session.call((api) =>
        api.clusters.add({ address, ...(trust ? { trust } : {}) }),
      );
      ui.ask({ kind: 'sign-in', clusterUri, userName: '' });
    } catch (failure) {
      setError(toAppError(failure));
      input.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void add();
  };

  if (error?.code === 'tls-untrusted') {
    return (
      <TrustQuestion
        address={address}
        error={error}
        onTrust={(trust) => void add(trust)}
        onClose={() => setError(undefined)}
      />
    );
  }
  return (
    <Dialog
      title="Add a cluster"
      description="The address of the cluster's web page."
      onClose={ui.closeDialog}
    >
      <form className="stack" onSubmit={submit}>
        <Field
          ref={input}
          label="Cluster address"
          placeholder="teleport.example.com:443"
          className="mono"
          value={address}
          onChange={(event) => setAddress(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          autoFocus
        />
        {error && <Problem error={toErrorInfo(error)} />}
        <div className="actions">
          <Button onClick={ui.closeDialog}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={isBusy || address.trim() === ''}>
            {isBusy ? 'Looking…' : 'Continue'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
