import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { Button } from '../../ui/button.tsx';
import { formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** The last connection that was refused or failed, and what helps. */
export function LastError({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const now = useNow(15_000);
  const { lastError, status } = tunnel;
  if (!lastError) return <span className="muted">none</span>;
  const { error, at } = lastError;
  const isInState =
    (status.kind === 'failed' || status.kind === 'closed') && status.error?.message === error.message;
  return (
    <div className="stack-tight">
      <div>
        {error.message}{' '}
        <span className="muted" title={new Date(at).toLocaleString()}>
          {formatSpan(now - Date.parse(at))} ago
        </span>
      </div>
      <details className="small">
        <summary>Why, and what to do</summary>
        <div className="stack-tight last-error">
          {error.reason && <p>{error.reason}</p>}
          {error.advice && <p>{error.advice}</p>}
          <pre>
            {error.code}
            {error.detail ? `\n${error.detail}` : ''}
          </pre>
        </div>
      </details>
      {!isInState && error.action === 'sign-in' && (
        <div className="line">
          <Button onClick={() => calls.signIn(error.message)}>Sign in again</Button>
        </div>
      )}
      {!isInState && error.action === 'retry' && status.kind !== 'ready' && (
        <div className="line">
          <Button onClick={calls.tryAgain}>Try again</Button>
        </div>
      )}
    </div>
  );
}
