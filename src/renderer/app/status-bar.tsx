import type { AccountInfo, ConnectionInfo } from '../../shared/contract/clusters.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import { useActiveAccount, useAppState } from '../state/store.ts';
import { formatSpan } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';

const amberMs = 15 * 60_000;

/** The truth about the connection of the tab in front. */
export function StatusBar({ shell }: { shell: ShellInfo | undefined }) {
  const active = useActiveAccount();
  const ofShell = useAppState((state) => (shell?.accountUri ? state.accounts[shell.accountUri] : undefined));
  const account = shell ? ofShell : active;
  const info = useAppState((state) => state.app);
  return (
    <footer className="status-bar">
      <div role="status" aria-label="Connection" className="line grow">
        {account ? <AccountStatus account={account} shell={shell} /> : <span>Not signed in</span>}
      </div>
      <span className="muted">
        {info.nativeCrypto ? '' : 'portable cryptography · '}Porthole {info.version}
      </span>
    </footer>
  );
}

function AccountStatus({ account, shell }: { account: AccountInfo; shell: ShellInfo | undefined }) {
  const now = useNow(15_000);
  const state = describe(account, shell);
  const left = account.validUntil === undefined ? undefined : Date.parse(account.validUntil) - now;
  return (
    <>
      <span
        className="dot"
        data-shape={state.shape}
        style={{ '--dot': `var(--${state.colour})` } as React.CSSProperties}
        aria-hidden
      />
      <span>{state.text}</span>
      {account.connection.state === 'connected' && account.connection.roundTripMs !== undefined && (
        <span>· {formatRoundTrip(account.connection.roundTripMs)}</span>
      )}
      {left !== undefined && (
        <span
          title={new Date(account.validUntil ?? '').toLocaleString()}
          data-soon={left < amberMs}
          className="certificate-left"
        >
          ·{' '}
          {left <= 0 || account.status === 'expired'
            ? 'certificate expired'
            : `certificate ${formatSpan(left)}`}
        </span>
      )}
    </>
  );
}

function formatRoundTrip(milliseconds: number): string {
  return milliseconds < 1 ? '< 1 ms' : `${Math.round(milliseconds)} ms`;
}

type Look = { text: string; colour: 'good' | 'warn' | 'bad' | 'text-3'; shape: 'round' | 'ring' | 'square' };

function describe(account: AccountInfo, shell: ShellInfo | undefined): Look {
  if (shell?.status.kind === 'ended') return { text: 'ended', colour: 'text-3', shape: 'square' };
  if (shell?.status.kind === 'connecting') return { text: 'connecting', colour: 'warn', shape: 'ring' };
  if (account.status === 'expired') return { text: 'session expired', colour: 'bad', shape: 'square' };
  if (account.status === 'signed-out') return { text: 'signed out', colour: 'text-3', shape: 'ring' };
  const looks: Record<ConnectionInfo['state'], Look> = {
    idle: { text: 'signed in', colour: 'good', shape: 'ring' },
    connecting: { text: 'connecting', colour: 'warn', shape: 'ring' },
    connected: { text: 'connected', colour: 'good', shape: 'round' },
    lost: { text: 'connection lost', colour: 'bad', shape: 'square' },
  };
  return looks[account.connection.state];
}
