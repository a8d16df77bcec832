import type { AccountInfo, ConnectionInfo } from '../../shared/contract/clusters.ts';
import type { ShellInfo } from '../../shared/contract/shells.ts';
import type { TunnelInfo } from '../../shared/contract/tunnels.ts';
import { connectionsText, tunnelLook } from '../features/tunnels/tunnel-look.ts';
import { useActiveAccount, useAppState, useSession } from '../state/store.ts';
import { formatSpan } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';

const amberMs = 15 * 60_000;

/** The truth about the connection of the tab in front. */
export function StatusBar({
  shell,
  tunnel,
}: {
  shell: ShellInfo | undefined;
  tunnel: TunnelInfo | undefined;
}) {
  const active = useActiveAccount();
  const owner = shell ? shell.accountUri : tunnel?.accountUri;
  const ofTab = useAppState((state) => (owner ? state.accounts[owner] : undefined));
  const account = owner ? ofTab : active;
  const info = useAppState((state) => state.app);
  return (
    <footer className="status-bar">
      <div role="status" aria-label="Connection" className="line grow">
        {tunnel && <TunnelPart tunnel={tunnel} />}
        {shell?.target.kind === 'local' && <LocalPart shell={shell} />}
        {!account && shell?.target.kind !== 'local' && <span>Not signed in</span>}
        {account && (
          <AccountStatus account={account} shell={shell} validUntil={ownValidity(tunnel, account)} />
        )}
      </div>
      <UsageState />
      <span className="muted">
        {info.nativeCrypto ? '' : 'portable cryptography · '}Porthole {info.version}
      </span>
    </footer>
  );
}

/** A tunnel has a certificate of its own. */
function ownValidity(tunnel: TunnelInfo | undefined, account: AccountInfo): string | undefined {
  return tunnel?.status.kind === 'ready' ? tunnel.status.validUntil : account.validUntil;
}

function TunnelPart({ tunnel }: { tunnel: TunnelInfo }) {
  const look = tunnelLook(tunnel.status);
  return (
    <>
      <StatusDot colour={look.colour} shape={look.shape} />
      <span>
        {tunnel.address} {look.word} · {connectionsText(tunnel.traffic.openConnections)}
      </span>
      <span className="status-gap" />
    </>
  );
}

/** A terminal on this machine needs no cluster. */
function LocalPart({ shell }: { shell: ShellInfo }) {
  const isEnded = shell.status.kind === 'ended';
  return (
    <>
      <StatusDot colour={isEnded ? 'text-3' : 'good'} shape={isEnded ? 'square' : 'round'} />
      <span>{isEnded ? 'ended' : 'on this machine'}</span>
      {shell.accountUri && <span className="status-gap" />}
    </>
  );
}

function StatusDot({ colour, shape }: { colour: Look['colour']; shape: Look['shape'] }) {
  return (
    <span
      className="dot"
      data-shape={shape}
      style={{ '--dot': `var(--${colour})` } as React.CSSProperties}
      aria-hidden
    />
  );
}

function AccountStatus(props: {
  account: AccountInfo;
  shell: ShellInfo | undefined;
  validUntil: string | undefined;
}) {
  const { account, validUntil } = props;
  const now = useNow(15_000);
  const state = describe(account, props.shell?.target.kind === 'server' ? props.shell : undefined);
  const left = validUntil === undefined ? undefined : Date.parse(validUntil) - now;
  return (
    <>
      <StatusDot colour={state.colour} shape={state.shape} />
      <span>{state.text}</span>
      {account.connection.state === 'connected' && account.connection.roundTripMs !== undefined && (
        <span>· {formatRoundTrip(account.connection.roundTripMs)}</span>
      )}
      {left !== undefined && (
        <span
          title={new Date(validUntil ?? '').toLocaleString()}
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

/** Whether usage data is sent; a click leads to the switch. Nothing where there is nothing to decide. */
function UsageState() {
  const session = useSession();
  const usage = useAppState((state) => state.usageData);
  if (!usage.collector) return null;
  const isOn = usage.consent === 'allowed' && !usage.forcedOffBy;
  return (
    <button
      type="button"
      className="status-link"
      onClick={() => void session.call((api) => api.workspace.openSettings({ section: 'usage-data' }))}
    >
      usage data {isOn ? 'on' : 'off'}
    </button>
  );
}
