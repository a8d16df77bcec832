import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { TunnelInfo } from '../../../shared/contract/tunnels.ts';
import { type ErrorInfo, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import type { TunnelCalls } from './use-tunnel-calls.ts';

const typingPauseMs = 400;

/** The database that commands and the connection string name; it is kept a moment after the last key. */
export function DatabaseName({ tunnel, calls }: { tunnel: TunnelInfo; calls: TunnelCalls }) {
  const id = useId();
  const [text, setText] = useState(tunnel.databaseName);
  const [problem, setProblem] = useState<ErrorInfo>();
  const saved = useRef(tunnel.databaseName);
  useEffect(() => {
    // Changed elsewhere: another page, or another window.
    if (saved.current === tunnel.databaseName) return;
    saved.current = tunnel.databaseName;
    setText(tunnel.databaseName);
  }, [tunnel.databaseName]);
  const save = () => {
    const name = text.trim();
    if (name === saved.current) return;
    saved.current = name;
    calls.setDatabaseName(name).then(
      () => setProblem(undefined),
      (failure: unknown) => setProblem(toErrorInfo(toAppError(failure))),
    );
  };
  useEffect(() => {
    const timer = setTimeout(save, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <input
        className="input mono tunnel-name"
        aria-label="Database name"
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? id : undefined}
        value={text}
        maxLength={500}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        spellCheck={false}
        autoComplete="off"
        placeholder="the server's default"
      />
      {problem && (
        <p id={id} role="alert">
          {problem.message} {problem.reason}
        </p>
      )}
    </form>
  );
}
