import type { ShellEnd, ShellTarget } from '../../../shared/contract/shells.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';

/** Failures that an explanation of the access may help with. */
const refusals = new Set(['access-denied', 'login-refused', 'resource-gone', 'mfa-required']);

/** What a person reads when a shell is over. */
export function endText(end: ShellEnd, what = 'shell'): { title: string; reason: string } {
  switch (end.kind) {
    case 'exited':
      return {
        title: end.code === 0 ? `The ${what} has ended.` : `The ${what} ended with exit code ${end.code}.`,
        reason: '',
      };
    case 'signalled':
      return { title: `The ${what} was ended by signal ${end.signal}.`, reason: '' };
    case 'reopened':
      return { title: `This ${what} ran before Porthole was started.`, reason: 'Its last screen is above.' };
    case 'failed':
      return {
        title: end.error.message,
        reason: [end.error.reason, end.error.advice].filter(Boolean).join(' '),
      };
  }
}

/** Says why a connection is over and offers the way back; the screen above stays. */
export function EndBar({
  end,
  target,
  onReconnect,
  onClose,
}: {
  end: ShellEnd;
  target: ShellTarget;
  onReconnect: () => void;
  onClose: () => void;
}) {
  const { title, reason } = endText(
    end,
    target.kind === 'local' && target.command !== '' ? 'command' : 'shell',
  );
  const ui = useUi();
  const isRefused = end.kind === 'failed' && refusals.has(end.error.code);
  const isFault = end.kind !== 'reopened' && (end.kind !== 'exited' || end.code !== 0);
  return (
    <section className="end-bar" aria-label="Connection ended" data-fault={isFault}>
      <div className="grow" role="status">
        <strong>{title}</strong> {reason && <span className="muted">{reason}</span>}
        {end.kind === 'failed' && (
          <details>
            <summary>Details</summary>
            <pre>
              {end.error.code}
              {end.error.detail ? `\n${end.error.detail}` : ''}
            </pre>
          </details>
        )}
      </div>
      {isRefused && target.kind === 'server' && (
        <Button
          onClick={() => ui.ask({ kind: 'explain', resourceUri: target.serverUri, name: target.serverName })}
        >
          Explain access
        </Button>
      )}
      <Button onClick={onClose}>Close</Button>
      <Button kind="primary" onClick={onReconnect}>
        {target.kind === 'server' ? 'Reconnect' : 'Start again'}
      </Button>
    </section>
  );
}
