import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { formatBytes } from '../../ui/bytes.ts';
import { DatabaseName } from './database-name.tsx';
import { LastError } from './last-error.tsx';
import { TrafficLine } from './traffic-line.tsx';
import { connectionsText } from './tunnel-look.ts';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** What moves through a tunnel, and what went wrong last. */
export function TunnelFacts({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const { traffic, target } = tunnel;
  const lastMinute = traffic.recent.reduce((sum, bytes) => sum + bytes, 0);
  return (
    <>
      <div>
        <TrafficLine recent={traffic.recent} />
        <div className="line small muted traffic-scale">
          <span className="grow">60 s ago</span>
          <span>{formatBytes(lastMinute)} in the last minute</span>
        </div>
      </div>
      <dl className="facts tunnel-facts">
        <dt>Open now</dt>
        <dd>{connectionsText(traffic.openConnections)}</dd>
        <dt>Sent, received</dt>
        <dd>
          {formatBytes(traffic.bytesFromClient)}, {formatBytes(traffic.bytesToClient)}
        </dd>
        {target.kind === 'database' && (
          <>
            <dt>Database name</dt>
            <dd>
              <DatabaseName tunnel={tunnel} calls={calls} />
            </dd>
          </>
        )}
        <dt>Last error</dt>
        <dd>
          <LastError tunnel={tunnel} calls={calls} />
        </dd>
      </dl>
    </>
  );
}
