import type { ReactNode } from 'react';
import type { ErrorInfo } from '../../shared/errors/app-error.ts';

/** An error in place: what happened, why, what to do; details and code behind a disclosure. */
export function Problem({ error, children }: { error: ErrorInfo; children?: ReactNode }) {
  return (
    <div className="problem" role="alert">
      <div className="problem-title">{error.message}</div>
      {error.reason && <div>{error.reason}</div>}
      {error.advice && <div>{error.advice}</div>}
      {children && <div className="line">{children}</div>}
      <details>
        <summary>Details</summary>
        <pre>
          {error.code}
          {error.detail ? `\n${error.detail}` : ''}
        </pre>
      </details>
    </div>
  );
}
