import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { type DialogRequest, useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { TrustQuestion } from './trust-question.tsx';

type SignInRequest = Extract<DialogRequest, { kind: 'sign-in' }>;

/**
 * Asks for password and one-time code. What was typed stays when the cluster refuses it. With `onCancel` its owner takes
 * it away, also when the sign-in has settled what waited for it.
 */
export function SignInDialog({ request, onCancel }: { request: SignInRequest; onCancel?: () => void }) {
  const session = useSession();
  const ui = useUi();
  const cluster = useAppState((state) => state.clusters[request.clusterUri]);
  const demo = useAppState((state) => state.app.demo);
  const [userName, setUserName] = useState(
    request.userName || (cluster?.isDemo ? (demo?.userName ?? '') : ''),
  );
  const [password, setPassword] = useState('');
  const [oneTimeCode, setOneTimeCode] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const code = useRef<HTMLInputElement>(null);
  const close = onCancel ?? ui.closeDialog;
  const isDemo = cluster?.isDemo === true && (userName === '' || userName === demo?.userName);

  useEffect(() => {
    void session
      .call((api) => api.clusters.refresh({ clusterUri: request.clusterUri }))
      .catch((failure: unknown) => setError(toAppError(failure)));
  }, [session, request.clusterUri]);

  const signIn = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { accountUri } = await session.call((api) =>
        api.clusters.signIn(
          isDemo && password === ''
            ? { kind: 'demo' }
            : { kind: 'password', clusterUri: request.clusterUri, userName, password, oneTimeCode },
        ),
      );
      if (!onCancel) ui.closeDialog();
      request.afterwards?.(accountUri);
    } catch (failure) {
      const known = toAppError(failure);
      setError(known);
      if (known.code === 'code-wrong' || known.code === 'code-required') code.current?.select();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn();
  };

  if (error?.code === 'tls-untrusted' && cluster) {
    return (
      <TrustQuestion
        address={cluster.address}
        error={error}
        onClose={close}
        onTrust={(trust) => {
          setError(undefined);
          void session
            .call((api) => api.clusters.add({ address: cluster.address, trust }))
            .catch((failure: unknown) => setError(toAppError(failure)));
        }}
      />
    );
  }
  const facts = cluster?.facts;
  return (
    <Dialog
      title={`Sign in to ${cluster?.name ?? 'the cluster'}`}
      description={request.reason ?? describe(cluster?.address, facts?.serverVersion)}
      onClose={close}
    >
      {facts?.messageOfTheDay && <p className="message-of-the-day">{facts.messageOfTheDay}</p>}
      {facts?.warnings.map((warning) => (
        <p key={warning} className="note">
          {warning}
        </p>
      ))}
      {facts && facts.authKind !== 'local' && (
        <p className="note">
          This cluster uses single sign-on, which Porthole cannot use yet. Local users can sign in here.
        </p>
      )}
      <form className="stack" onSubmit={submit}>
        <Field
          label="User name"
          value={userName}
          onChange={(event) => setUserName(event.target.value)}
          autoComplete="username"
          spellCheck={false}
          autoFocus={userName === ''}
          required
        />
        {isDemo ? (
          <p className="muted">
            The demo user signs in without typing: its password and code stay inside Porthole.
          </p>
        ) : (
          <>
            <Field
              label="Password"
              type="password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              autoComplete="current-password"
              autoFocus={userName !== ''}
            />
            <Field
              ref={code}
              label="One-time code"
              className="mono"
              inputMode="numeric"
              maxLength={12}
              value={oneTimeCode}
              onChange={(event) => setOneTimeCode(event.target.value)}
              autoComplete="one-time-code"
              hint={
                facts?.secondFactor === 'off'
                  ? 'This cluster asks for none.'
                  : 'Six digits of your authenticator.'
              }
            />
          </>
        )}
        {error && <Problem error={toErrorInfo(error)} />}
        <div className="actions">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={isBusy}>
            {isBusy ? 'Signing in…' : 'Sign in'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function describe(address: string | undefined, version: string | undefined): string {
  return [address, version && `Teleport ${version}`, 'local users'].filter(Boolean).join(' · ');
}
