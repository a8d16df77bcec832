import { useEffect, useState } from 'react';
import { type ErrorInfo, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { toAppError } from '../../client/api.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import type { TunnelCalls } from './use-tunnel-calls.ts';

/** A port that another program holds: names it, and offers a free one with one button. */
export function PortProblem(props: {
  error: ErrorInfo;
  calls: TunnelCalls;
  onRetry: () => void;
  onMoved?: () => void;
}) {
  const { error, calls } = props;
  const [suggested, setSuggested] = useState<number>();
  const named = Number(error.facts?.['freePort']);
  const free = named > 0 ? named : suggested;
  const [failure, setFailure] = useState<ErrorInfo>();
  useEffect(() => {
    if (named > 0) return;
    let isCurrent = true;
    calls.suggestPort().then(
      ({ port }) => isCurrent && setSuggested(port),
      (reason: unknown) => isCurrent && setFailure(toErrorInfo(toAppError(reason))),
    );
    return () => {
      isCurrent = false;
    };
    // Once for each taken port: the state brings the same error again and again.
  }, [error.message, named]);
  const move = (port: number) =>
    void calls
      .setPort(port)
      .then(props.onMoved)
      .catch((reason: unknown) => setFailure(toErrorInfo(toAppError(reason))));
  return (
    <Problem error={failure ?? error}>
      {free !== undefined && (
        <Button kind="primary" onClick={() => move(free)}>
          Use port {free}
        </Button>
      )}
      <Button onClick={props.onRetry}>Try again</Button>
    </Problem>
  );
}
