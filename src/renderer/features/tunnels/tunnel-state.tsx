import type { CSSProperties } from 'react';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { PortProblem } from './port-problem.tsx';
import { tunnelLook } from './tunnel-look.ts';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** Failures that an explanation of the access may help with. */
const refusals = new Set(['access-denied', 'resource-gone', 'mfa-required']);

/** The state in words, and what is needed to go on. */
export function TunnelState({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const now = useNow(15_000);
  const look = tunnelLook(tunnel.status);
  const { title, text, until } = describe(tunnel, now);
  return (
    <div className="stack-tight">
      <p className="line tunnel-state" role="status" aria-label="State">
        <span
          className="dot"
          data-shape={look.shape}
          style={{ '--dot': `var(--${look.colour})` } as CSSProperties}
          aria-hidden
        />
        <span>
          <strong>{title}</strong>{' '}
          <span className="muted" title={until && new Date(until).toLocaleString()}>
            {text}
          </span>
        </span>
      </p>
      <StateProblem tunnel={tunnel} calls={calls} />
    </div>
  );
}

function describe(tunnel: TunnelInfo, now: number): { title: string; text: string; until?: string } {
  const { status } = tunnel;
  switch (status.kind) {
    case 'idle':
      return { title: 'Listening.', text: 'The first connection brings it up.' };
    case 'preparing':
      return { title: 'Preparing…', text: 'Connections wait until it has its certificate.' };
    case 'waiting':
      return status.for === 'sign-in'
        ? { title: 'Waiting for a sign-in.', text: 'Connections are held and go on after it.' }
        : { title: 'Waiting for your second factor.', text: 'Connections are held and go on after it.' };
    case 'ready': {
      const left = Date.parse(status.validUntil) - now;
      return {
        title: 'Ready.',
        text:
          left > 0 ? `Certificate ${formatSpan(left)} left, renewed by itself.` : 'Certificate is renewed…',
        until: status.validUntil,
      };
    }
    case 'failed':
      return { title: 'Failed.', text: 'It still listens: the next connection tries again.' };
    case 'closed':
      return { title: 'Closed.', text: `Nothing listens. Port ${tunnel.port} stays its own.` };
  }
}

function StateProblem({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const { status } = tunnel;
  if (status.kind === 'waiting' && status.for === 'sign-in') {
    return (
      <div className="line">
        <Button kind="primary" onClick={() => calls.signIn('Connections of this tunnel wait for it.')}>
          Sign in again
        </Button>
      </div>
    );
  }
  if (status.kind === 'closed' && status.error?.code === 'port-taken')
    return <PortProblem error={status.error} calls={calls} onRetry={calls.listen} />;
  if (status.kind === 'closed' && !status.error) {
    return (
      <div className="line">
        <Button kind="primary" onClick={calls.listen}>
          Listen again
        </Button>
        <Button onClick={calls.forget}>Forget tunnel</Button>
      </div>
    );
  }
  if (status.kind !== 'failed' && status.kind !== 'closed') return null;
  const { error } = status;
  if (!error) return null;
  return (
    <Problem error={error}>
      {error.action === 'sign-in' ? (
        <Button kind="primary" onClick={() => calls.signIn(error.message)}>
          Sign in again
        </Button>
      ) : (
        <Button onClick={calls.tryAgain}>Try again</Button>
      )}
      {refusals.has(error.code) && <Button onClick={calls.explain}>Explain access</Button>}
    </Problem>
  );
}
