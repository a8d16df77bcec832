import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { ClusterFacts, SignIn } from '../../../shared/contract/clusters.ts';
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
  const [busy, setBusy] = useState<SignIn['kind']>();
  const [error, setError] = useState<AppError>();
  const code = useRef<HTMLInputElement>(null);
  const close = onCancel ?? ui.closeDialog;
  const demoNames = demo?.users.map((user) => user.userName) ?? [];
  const isDemo = cluster?.isDemo === true && (userName === '' || demoNames.includes(userName));
  const stop = useRef<AbortController>(undefined);
  // Leaving the dialog cancels a ceremony that waits for its key.
  useEffect(() => () => stop.current?.abort(), []);

  useEffect(() => {
    void session
      .call((api) => api.clusters.refresh({ clusterUri: request.clusterUri }))
      .catch((failure: unknown) => setError(toAppError(failure)));
  }, [session, request.clusterUri]);

  const { clusterUri } = request;
  const signIn = async (how: SignIn) => {
    setBusy(how.kind);
    setError(undefined);
    const mine = new AbortController();
    stop.current = mine;
    try {
      const { accountUri } = await session.call((api) => api.clusters.signIn(how, { signal: mine.signal }));
      if (!onCancel) ui.closeDialog();
      request.afterwards?.(accountUri);
    } catch (failure) {
      if (mine.signal.aborted) return;
      const known = toAppError(failure);
      if (known.code !== 'cancelled') setError(known);
      if (known.code === 'code-wrong' || known.code === 'code-required') code.current?.select();
    } finally {
      setBusy(undefined);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn(
      isDemo && password === ''
        ? { kind: 'demo', ...(userName === '' ? {} : { userName }) }
        : { kind: 'password', clusterUri, userName, password, oneTimeCode },
    );
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
          {!isDemo && (
            <KeyButtons
              facts={facts}
              busy={busy}
              canUseKey={userName !== '' && password !== ''}
              onKey={() => void signIn({ kind: 'security-key', clusterUri, userName, password })}
              onPasskey={() => void signIn({ kind: 'passkey', clusterUri })}
            />
          )}
          <Button type="submit" kind="primary" disabled={busy !== undefined}>
            {busy === 'password' || busy === 'demo' ? 'Signing in…' : 'Sign in'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const keyKinds: readonly ClusterFacts['secondFactor'][] = ['webauthn', 'on', 'optional', 'unknown'];

/** Ways to sign in that need a key: after the password, or a passkey alone. */
function KeyButtons(props: {
  facts: ClusterFacts | undefined;
  busy: SignIn['kind'] | undefined;
  canUseKey: boolean;
  onKey: () => void;
  onPasskey: () => void;
}) {
  const { facts, busy } = props;
  if (!facts) return null;
  return (
    <>
      {facts.passwordless && (
        <Button disabled={busy !== undefined} onClick={props.onPasskey}>
          {busy === 'passkey' ? 'Waiting for the passkey…' : 'Use a passkey'}
        </Button>
      )}
      {keyKinds.includes(facts.secondFactor) && (
        <Button
          disabled={busy !== undefined || !props.canUseKey}
          title={props.canUseKey ? undefined : 'Type your user name and password first'}
          onClick={props.onKey}
        >
          {busy === 'security-key' ? 'Touch the key…' : 'Use security key'}
        </Button>
      )}
    </>
  );
}

function describe(address: string | undefined, version: string | undefined): string {
  return [address, version && `Teleport ${version}`, 'local users'].filter(Boolean).join(' · ');
}
