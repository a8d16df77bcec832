import { Pencil } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { type ErrorInfo, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { PortProblem } from './port-problem.tsx';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** The local address in large type; its port can be changed in place. */
export function AddressLine({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const copy = useCopy();
  const [isEditing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const stop = () => {
    setEditing(false);
    setTimeout(() => edit.current?.focus());
  };
  return (
    <div className="stack-tight">
      <div className="tunnel-box">
        <input
          className="tunnel-address"
          aria-label="Address"
          readOnly
          value={tunnel.address}
          onClick={(event) => event.currentTarget.select()}
        />
        <Button ref={edit} kind="quiet" aria-expanded={isEditing} onClick={() => setEditing(!isEditing)}>
          <Pencil size={14} aria-hidden /> Change port
        </Button>
        <Button onClick={() => copy(tunnel.address)}>Copy address</Button>
      </div>
      {isEditing ? (
        <PortForm tunnel={tunnel} calls={calls} onDone={stop} />
      ) : (
        <p className="small muted">
          {tunnel.target.kind === 'kubernetes'
            ? 'All Kubernetes clusters of this user share this port. It is the same after every start of Porthole.'
            : 'This port stays: it is the same after every start of Porthole.'}
        </p>
      )}
    </div>
  );
}

function PortForm({ tunnel, calls, onDone }: { tunnel: TunnelInfo; calls: TunnelCalls; onDone: () => void }) {
  const [text, setText] = useState(String(tunnel.port));
  const [problem, setProblem] = useState<ErrorInfo>();
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const save = async () => {
    const port = readPort(text);
    if (port === undefined) {
      setProblem({
        code: 'invalid-input',
        message: 'This is not a port.',
        reason: 'A port is a whole number from 1 to 65535.',
        action: 'edit-input',
      });
      field.current?.select();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await calls.setPort(port);
      onDone();
    } catch (failure) {
      setProblem(toErrorInfo(toAppError(failure)));
      field.current?.select();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onDone();
  };
  return (
    <form className="stack-tight" onSubmit={submit} onKeyDown={onKeyDown} noValidate>
      <div className="line">
        <label className="muted" htmlFor={`${tunnel.id}-port`}>
          Port
        </label>
        <input
          ref={field}
          id={`${tunnel.id}-port`}
          className="input mono tunnel-port"
          inputMode="numeric"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-invalid={problem !== undefined}
          autoComplete="off"
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button type="submit" kind="primary" disabled={isBusy}>
          Save port
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
      {problem?.code === 'port-taken' ? (
        <PortProblem error={problem} calls={calls} onRetry={() => void save()} onMoved={onDone} />
      ) : (
        problem && <Problem error={problem} />
      )}
    </form>
  );
}

function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
