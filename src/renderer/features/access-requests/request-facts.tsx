import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { useAccountLook } from '../../state/use-accounts.ts';
import { useCopy } from '../../state/use-copy.ts';
import { Button } from '../../ui/button.tsx';
import { formatAgo, formatExact, formatMoment, formatSpan } from '../../ui/time.ts';

/** Why, how long, since when, for whom. */
export function RequestFacts({ request, now }: { request: RequestInfo; now: number }) {
  const { cluster } = useAccountLook(request.accountUri);
  const copy = useCopy();
  return (
    <dl className="facts request-facts">
      <dt>Reason</dt>
      <dd>
        {request.reason === '' ? (
          <span className="muted">none given</span>
        ) : (
          <bdi className="request-text">{request.reason}</bdi>
        )}
      </dd>
      {request.resources.length > 0 && (
        <>
          <dt>Through</dt>
          <dd className="mono">{request.roles.join(', ') || 'no role'}</dd>
        </>
      )}
      <dt>For</dt>
      <dd>{duration(request, now)}</dd>
      {request.assumeFrom && (
        <>
          <dt>From</dt>
          <dd title={formatExact(request.assumeFrom)}>{formatMoment(request.assumeFrom, now)}</dd>
        </>
      )}
      <dt>Asked</dt>
      <dd title={formatExact(request.createdAt)}>
        {formatAgo(request.createdAt, now)}
        {request.pendingUntil && (
          <span className="muted"> · waits until {formatMoment(request.pendingUntil, now)}</span>
        )}
      </dd>
      {request.suggestedReviewers.length > 0 && (
        <>
          <dt>Reviewers</dt>
          <dd>{request.suggestedReviewers.join(', ')}</dd>
        </>
      )}
      {request.resolveReason && (
        <>
          <dt>Decision</dt>
          <dd>
            <bdi className="request-text">{request.resolveReason}</bdi>
          </dd>
        </>
      )}
      <dt>Cluster</dt>
      <dd>
        {cluster?.name} <span className="muted mono">{request.id}</span>{' '}
        <Button kind="quiet" className="copy-link" onClick={() => copy(request.uri)}>
          Copy link
        </Button>
      </dd>
    </dl>
  );
}

function duration(request: RequestInfo, now: number) {
  if (!request.accessUntil) return 'as long as the cluster allows';
  const left = Date.parse(request.accessUntil) - Math.max(now, Date.parse(request.assumeFrom ?? '') || 0);
  if (left <= 0) return `its time is over since ${formatMoment(request.accessUntil, now)}`;
  const session = request.sessionUntil ? Date.parse(request.sessionUntil) - now : Number.POSITIVE_INFINITY;
  return (
    <span title={formatExact(request.accessUntil)}>
      {formatSpan(left)}, until {formatMoment(request.accessUntil, now)}
      {session > 0 && session < left - 60_000 && (
        <span className="muted"> · each session at most {formatSpan(session)}</span>
      )}
    </span>
  );
}
