import type { ReactNode } from 'react';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';
import { RowPopup } from '../../ui/row-popup.tsx';
import { DatabaseForm } from './database-form.tsx';
import { TargetPorts } from './target-ports.tsx';
import { type ConnectRequest, useConnect } from './use-connect.ts';
import './tunnels.css';

/** Opens a tunnel to a resource: asks what has to be chosen, and says here why it cannot be. */
export function ConnectPopup({ request }: { request: ConnectRequest }) {
  const { resource } = request;
  const ui = useUi();
  const { choices, error, isOpening, open, load } = useConnect(request);
  return (
    <Surface request={request} onClose={ui.closeDialog}>
      {error && (
        <Problem error={toErrorInfo(error)}>
          <ErrorButtons error={error} onRetry={load} onPort={(port) => open(undefined, port)} />
        </Problem>
      )}
      {!choices && !error && <p className="muted connect-progress">Looking up {resource.name}…</p>}
      {choices && resource.kind === 'database' && (
        <DatabaseForm
          choices={choices}
          isBusy={isOpening}
          refusal={error?.action === 'edit-input' ? error : undefined}
          onChoose={(choice) => open(choice)}
        />
      )}
      {choices && resource.kind === 'app' && choices.targetPorts.length > 0 && (
        <TargetPorts
          ranges={choices.targetPorts}
          last={choices.lastTargetPort}
          isBusy={isOpening}
          onChoose={(targetPort) => open({ targetPort })}
        />
      )}
    </Surface>
  );
}

function Surface(props: { request: ConnectRequest; onClose: () => void; children: ReactNode }) {
  const { resource, anchor } = props.request;
  const title = `Connect to ${resource.name}`;
  if (!anchor) {
    return (
      <Dialog title={title} onClose={props.onClose}>
        <div className="stack connect">{props.children}</div>
      </Dialog>
    );
  }
  return (
    <RowPopup anchor={anchor} label={title} onClose={props.onClose}>
      <div className="connect connect-popup stack-tight">{props.children}</div>
    </RowPopup>
  );
}

function ErrorButtons(props: { error: AppError; onRetry: () => void; onPort: (port: number) => void }) {
  const { error } = props;
  const free = Number(error.facts?.['freePort']);
  if (error.code === 'port-taken' && free > 0) {
    return (
      <Button kind="primary" onClick={() => props.onPort(free)}>
        Use port {free}
      </Button>
    );
  }
  return error.action === 'retry' ? <Button onClick={props.onRetry}>Try again</Button> : null;
}
