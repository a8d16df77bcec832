import { useState } from 'react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { type AppError, toErrorInfo } from '../../../shared/errors/app-error.ts';
import type { RequestUri } from '../../../shared/uri/uri.ts';
import { useAppState } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useRequestCalls } from '../../state/use-request-calls.ts';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { formatMoment, formatSpan } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { NextButton } from './next-button.tsx';
import { OtherUsers } from './other-users.tsx';
import { ReviewBar } from './review-bar.tsx';
import type { NextRequest } from './use-next-request.ts';
import type { OpenRequest } from './use-request.ts';
import './decision-bar.css';

/** The one bar at the bottom: what this person can do with the request now. A refused decision is told above it. */
export function RequestBar(props: {
  open: OpenRequest;
  request: RequestInfo;
  next: NextRequest | undefined;
  /** Looks at it as another user of this window. */
  onView: (uri: RequestUri) => void;
}) {
  const { request, next } = props;
  const [error, setError] = useState<AppError>();
  const mayReview = request.state === 'pending' && !request.isOwn && request.mayReview.answer !== 'no';
  return (
    <div className="decision" role="group" aria-label="Decision">
      {error && (
        <div className="decision-problem">
          <Problem error={toErrorInfo(error)} />
        </div>
      )}
      {mayReview ? (
        <ReviewBar {...props} onError={setError} />
      ) : (
        <div className="decision-bar">
          <span className="grow" role="status">
            <Standing request={request} />
          </span>
          <OwnButtons request={request} />
          <OtherUsers request={request} onView={props.onView} />
          {next && <NextButton next={next} />}
        </div>
      )}
    </div>
  );
}

/** Where it stands, in one sentence. */
function Standing({ request }: { request: RequestInfo }) {
  const now = useNow(10_000);
  const account = useAppState((state) => state.accounts[request.accountUri]);
  const { approvals, assumable } = request;
  if (request.isAssumed) {
    const until = account?.assumed.find((one) => one.requestUri === request.uri)?.until;
    const left = until ? `, ${formatSpan(Date.parse(until) - now)} left` : '';
    return `Assumed${left}. Shells and tunnels go on when you drop it.`;
  }
  if (request.state === 'pending' && request.isOwn) {
    const missing = Math.max(1, approvals.needed - approvals.given);
    return `Waits for ${missing === 1 ? 'one more approval' : `${missing} more approvals`}.`;
  }
  if (request.state === 'pending') return request.mayReview.reason;
  if (request.state === 'denied')
    return request.isOwn ? 'It was denied. Nothing was changed.' : 'It was denied.';
  if (!request.isOwn)
    return request.state === 'approved' ? 'It was approved.' : 'It became a membership of an access list.';
  if (assumable.kind === 'later')
    return `Approved. It can be assumed from ${formatMoment(assumable.from, now)}.`;
  if (assumable.kind === 'never') return assumable.reason;
  return 'Approved. Assume it to use the access.';
}

function OwnButtons({ request }: { request: RequestInfo }) {
  const ui = useUi();
  const calls = useRequestCalls();
  return (
    <>
      {request.mayDelete.answer !== 'no' && (request.isOwn || request.mayDelete.answer === 'yes') && (
        <Button kind="quiet" onClick={() => void calls.remove(request.uri)}>
          Delete request
        </Button>
      )}
      {request.isAssumed && (
        <Button onClick={() => void calls.drop(request.accountUri, [request.uri])}>Drop</Button>
      )}
      {!request.isAssumed && request.assumable.kind === 'now' && (
        <Button kind="primary" onClick={() => ui.ask({ kind: 'assume', requestUri: request.uri })}>
          Assume
        </Button>
      )}
    </>
  );
}
