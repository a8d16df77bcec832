import type { TransferInfo } from '../../../shared/contract/transfers.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import './problem-list.css';

/** Why a transfer stopped or waits, and what it left out. */
export function TransferProblems({ transfer }: { transfer: TransferInfo }) {
  const { status, problems, problemCount } = transfer;
  const error = status.kind === 'failed' || status.kind === 'waiting' ? status.error : undefined;
  return (
    <>
      {error && (
        <div className="transfer-error" data-fault={status.kind === 'failed'}>
          <strong>{error.message}</strong> {[error.reason, error.advice].filter(Boolean).join(' ')}
          <details>
            <summary>Details</summary>
            <pre>
              {error.code}
              {error.detail ? `\n${error.detail}` : ''}
            </pre>
          </details>
        </div>
      )}
      {problemCount > 0 && (
        <details className="small">
          <summary>
            {problemCount === 1 ? 'One file was left out' : `${problemCount} files were left out`}
          </summary>
          <ul className="plain-list problem-list">
            {problems.map((problem) => (
              <li key={problem.path}>
                <span className="mono">{displayRemoteName(problem.path)}</span>: {problem.error.message}{' '}
                {problem.error.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
