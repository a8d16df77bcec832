import { Check, X } from 'lucide-react';
import type { RequestInfo } from '../../../shared/contract/access-requests.ts';
import { counted } from '../../state/request-words.ts';
import { formatAgo, formatExact, formatMoment } from '../../ui/time.ts';
import './seats.css';

/** The votes as a row of seats: filled, refused, empty. */
export function Seats({ request, now }: { request: RequestInfo; now: number }) {
  const { approvals, denials, seats, state } = request;
  return (
    <section className="stack-tight" aria-label="Votes">
      <h2 className="request-part">
        {state === 'pending' || seats.length > 0
          ? `${approvals.given} of ${counted(approvals.needed, 'approval', 'approvals')}`
          : 'Decided without a review'}
        {denials.needed > 1 && (
          <span className="muted"> · {counted(denials.needed, 'denial', 'denials')} would refuse it</span>
        )}
      </h2>
      <ul className="seats">
        {seats.map((seat, index) =>
          seat.kind === 'empty' ? (
            <li key={`empty-${index}`} className="seat" data-kind="empty">
              <span className="seat-face" aria-hidden>
                ?
              </span>
              <span>{index === 0 ? 'a reviewer' : 'one more reviewer'}</span>
            </li>
          ) : (
            <li key={seat.review.author} className="seat" data-kind={seat.review.decision}>
              <span className="seat-face" aria-hidden>
                {seat.review.decision === 'approve' ? <Check size={14} /> : <X size={14} />}
              </span>
              <span className="seat-words">
                <span title={formatExact(seat.review.at)}>
                  <strong>{seat.review.isOwn ? 'You' : seat.review.author}</strong>{' '}
                  {seat.review.decision === 'approve' ? 'approved' : 'denied'}{' '}
                  <span className="muted">{formatAgo(seat.review.at, now)}</span>
                </span>
                {seat.review.assumeFrom && (
                  <span className="muted">from {formatMoment(seat.review.assumeFrom, now)}</span>
                )}
                {seat.review.reason && <bdi className="request-text">{seat.review.reason}</bdi>}
              </span>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}
