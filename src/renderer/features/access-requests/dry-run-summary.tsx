import type { RequestDryRun } from '../../../shared/contract/access-requests.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import { counted } from '../../state/request-words.ts';
import { Problem } from '../../ui/problem.tsx';
import { formatMoment, formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';

/** What the cluster says about the draft before it is sent. Its place is always taken: nothing below it moves. */
export function DryRunSummary(props: {
  dryRun: RequestDryRun | undefined;
  error: AppError | undefined;
  isBusy: boolean;
  isEmpty: boolean;
}) {
  const { dryRun, error } = props;
  const now = useNow(30_000);
  return (
    <section
      className="dry-run"
      aria-label="What the cluster says"
      aria-busy={props.isBusy}
      aria-live="polite"
    >
      {error && <Problem error={toErrorInfo(error)} />}
      {!error && props.isEmpty && <p className="muted">Choose what to ask for.</p>}
      {!error && !dryRun && !props.isEmpty && <p className="muted">Asking the cluster…</p>}
      {!error && dryRun && !props.isEmpty && (
        <>
          <dl className="facts">
            <dt>Roles used</dt>
            <dd className="mono">{dryRun.roles.join(', ') || '–'}</dd>
            <dt>Longest</dt>
            <dd>
              {dryRun.longestAccessUntil
                ? `${formatSpan(Date.parse(dryRun.longestAccessUntil) - now)}, until ${formatMoment(dryRun.longestAccessUntil, now)}`
                : '–'}
            </dd>
            <dt>Decided by</dt>
            <dd>
              {dryRun.approvalsNeeded > 0 ? counted(dryRun.approvalsNeeded, 'approval', 'approvals') : '–'}
              {dryRun.reviewers.length > 0 && (
                <span className="muted"> · told: {dryRun.reviewers.join(', ')}</span>
              )}
            </dd>
          </dl>
          {dryRun.problems.map((problem) => (
            <p key={problem.message} className="dry-run-problem">
              <strong>{problem.message}</strong> {problem.reason} {problem.advice}
            </p>
          ))}
        </>
      )}
    </section>
  );
}
