import { useState } from 'react';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { commandEntry } from '../../../shared/keys/commands.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useKeymap } from '../../state/use-keymap.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Problem } from '../../ui/problem.tsx';
import icon from '../../icon.svg';
import './clusters.css';

/** What a person sees who is signed in nowhere. */
export function FirstStart() {
  const session = useSession();
  const ui = useUi();
  const demo = useAppState((state) => state.app.demo);
  const clusters = useAppState((state) => state.clusters);
  const accounts = useAppState((state) => state.accounts);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const known = Object.values(clusters).filter((cluster) => !cluster.isDemo);

  const signIn = async (userNames: readonly string[]) => {
    setBusy(true);
    setError(undefined);
    try {
      for (const userName of userNames)
        await session.call((api) => api.clusters.signIn({ kind: 'demo', userName }));
    } catch (failure) {
      setError(toAppError(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="first-start" aria-label="Start">
      <div className="first-start-column">
        <img src={icon} alt="" width={56} height={56} />
        <h1 className="first-start-title">Reach your servers</h1>
        <p className="muted">
          Sign in to a Teleport cluster once, see everything you may use, click it, and you are in.
        </p>
        <div className="first-start-actions">
          {demo && (
            <Button
              kind="primary"
              size="large"
              onClick={() => void signIn([demo.userName])}
              disabled={isBusy}
            >
              {isBusy ? 'Signing in…' : 'Try the demo cluster'}
            </Button>
          )}
          <Button
            kind={demo ? 'plain' : 'primary'}
            size="large"
            onClick={() => ui.ask({ kind: 'add-cluster' })}
          >
            Add a cluster
          </Button>
        </div>
        {demo && (
          <p className="first-start-hint">
            The demo runs on this machine and signs in as {demo.userName}. Its shell is yours.
          </p>
        )}
        {demo && demo.users.length > 1 && (
          <DemoUsers users={demo.users} isBusy={isBusy} onSignIn={(names) => void signIn(names)} />
        )}
        {error && <Problem error={toErrorInfo(error)} />}
        <FirstKeys />
        {known.length > 0 && (
          <ul className="first-start-known" aria-label="Known clusters">
            {known.map((cluster) => (
              <li key={cluster.uri}>
                <Button
                  kind="quiet"
                  onClick={() => {
                    const account = Object.values(accounts).find(
                      (candidate) => candidate.clusterUri === cluster.uri,
                    );
                    ui.ask({ kind: 'sign-in', clusterUri: cluster.uri, userName: account?.userName ?? '' });
                  }}
                >
                  <span
                    className="dot"
                    style={{ '--dot': `var(--cluster-${cluster.colour})` } as React.CSSProperties}
                  />
                  Sign in to {cluster.name}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </main>
  );
}

/** The three keys by which everything else is found. */
function FirstKeys() {
  const keymap = useKeymap();
  const shown = (['palette', 'local-terminal', 'shortcuts'] as const).flatMap((id) => {
    const [chord] = keymap.chordsOf(id);
    return chord === undefined ? [] : [{ id, chord }];
  });
  return (
    <ul className="first-keys" aria-label="Keys to begin with">
      {shown.map(({ id, chord }) => (
        <li key={id}>
          <Keys chord={chord} /> {commandEntry(id).label}
        </li>
      ))}
    </ul>
  );
}

/** Several users of the demo side by side in one window: one asks, the others decide. */
function DemoUsers(props: {
  users: readonly { userName: string; about: string }[];
  isBusy: boolean;
  onSignIn: (userNames: readonly string[]) => void;
}) {
  return (
    <section className="demo-users" aria-label="Users of the demo">
      <ul>
        {props.users.map(({ userName, about }) => (
          <li key={userName} className="line">
            <strong>{userName}</strong>
            <span className="muted grow clip">{about}</span>
            <Button
              kind="quiet"
              disabled={props.isBusy}
              aria-label={`Sign in as ${userName}`}
              onClick={() => props.onSignIn([userName])}
            >
              Sign in
            </Button>
          </li>
        ))}
      </ul>
      <Button
        disabled={props.isBusy}
        onClick={() => props.onSignIn(props.users.map(({ userName }) => userName).reverse())}
      >
        Sign in as all of them
      </Button>
    </section>
  );
}
