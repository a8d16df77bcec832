import type { CSSProperties } from 'react';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { formatBytes } from '../../ui/bytes.ts';
import { formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { TrafficLine } from './traffic-line.tsx';
import { connectionsText, isTunnelOpen, tunnelLook, tunnelTitle } from './tunnel-look.ts';
import { useTunnelCalls } from './use-tunnel-calls.ts';
import './tunnels.css';

/** Every tunnel with its state, what moves through it, and what can be done. */
export function TunnelList({ tunnels, onDone }: { tunnels: readonly TunnelInfo[]; onDone: () => void }) {
  const session = useSession();
  const ui = useUi();
  if (tunnels.length === 0) return null;
  const open = tunnels.filter(isTunnelOpen);
  const closeAll = () => {
    for (const { id } of open)
      void session
        .call((api) => api.tunnels.close({ tunnelId: id }))
        .catch((error: unknown) => ui.report(toAppError(error)));
  };
  const sorted = [...tunnels].sort((a, b) => tunnelTitle(a).localeCompare(tunnelTitle(b)));
  return (
    <section aria-label="Tunnels">
      <div className="line">
        <h2 className="menu-group grow">Tunnels</h2>
        {open.length > 1 && (
          <Button kind="quiet" onClick={closeAll}>
            Close all tunnels
          </Button>
        )}
      </div>
      <ul className="open-list">
        {sorted.map((tunnel) => (
          <TunnelItem key={tunnel.id} tunnel={tunnel} onDone={onDone} />
        ))}
      </ul>
    </section>
  );
}

function TunnelItem({ tunnel, onDone }: { tunnel: TunnelInfo; onDone: () => void }) {
  const calls = useTunnelCalls(tunnel);
  const now = useNow(15_000);
  const look = tunnelLook(tunnel.status);
  const { traffic, status } = tunnel;
  const isOpen = isTunnelOpen(tunnel);
  const left = status.kind === 'ready' ? Date.parse(status.validUntil) - now : undefined;
  const error = status.kind === 'failed' || status.kind === 'closed' ? status.error : tunnel.lastError?.error;
  return (
    <li className="open-item" aria-label={tunnelTitle(tunnel)}>
      <span
        className="dot"
        data-shape={look.shape}
        style={{ '--dot': `var(--${look.colour})` } as CSSProperties}
        aria-hidden
      />
      <div className="grow">
        <div className="line">
          <span className="clip">{tunnelTitle(tunnel)}</span>
          <span className="small muted">
            {look.word}
            {left !== undefined && left > 0 && ` · certificate ${formatSpan(left)}`}
          </span>
          <span className="grow" />
          <span className="mono small-mono">{tunnel.address}</span>
        </div>
        <div className="line small muted">
          <span className="grow clip">
            {connectionsText(traffic.openConnections)} · {formatBytes(traffic.bytesFromClient)} sent,{' '}
            {formatBytes(traffic.bytesToClient)} received
          </span>
          <TrafficLine recent={traffic.recent} isSmall />
        </div>
        {error && (
          <div className="small tunnel-why" title={[error.message, error.reason].filter(Boolean).join(' ')}>
            {error.message} <span className="muted">{error.reason}</span>
          </div>
        )}
      </div>
      <div className="open-buttons">
        <Button
          kind="quiet"
          onClick={() => {
            calls.show();
            onDone();
          }}
        >
          Show
        </Button>
        {isOpen ? (
          <Button kind="quiet" onClick={calls.close}>
            Close
          </Button>
        ) : (
          <Button kind="quiet" onClick={calls.listen}>
            Listen
          </Button>
        )}
      </div>
    </li>
  );
}
