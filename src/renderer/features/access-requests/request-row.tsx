import { memo } from 'react';
import { useAccountLook } from '../../state/use-accounts.ts';
import { namesOf, requestLook, summaryOf, titleOf } from '../../state/request-words.ts';
import { StateDot } from '../../ui/state-dot.tsx';
import { formatAgo, formatExact } from '../../ui/time.ts';
import type { ListedRequest } from './merge-lists.ts';

/** One row of the grid. `index` counts from 0 among the rows. */
export const RequestRow = memo(function RequestRow(props: {
  row: ListedRequest;
  index: number;
  isActive: boolean;
  top: number;
  now: number;
  /** Requests of several clusters are in the list. */
  namesCluster: boolean;
  onSelect: (index: number) => void;
  onOpen: (row: ListedRequest) => void;
}) {
  const { row, index, now } = props;
  const { request } = row;
  const look = requestLook(request);
  const waitsForMe = [request, ...row.others].some((one) => one.waitsForMe);
  const { userName, cluster } = useAccountLook(request.accountUri);
  return (
    <div
      role="row"
      aria-label={titleOf(request)}
      aria-rowindex={index + 2}
      aria-selected={props.isActive}
      tabIndex={props.isActive ? 0 : -1}
      data-index={index}
      className="grid-row request-row"
      style={{ transform: `translateY(${props.top}px)` }}
      onMouseDown={() => props.onSelect(index)}
      onClick={() => props.onOpen(row)}
    >
      <div role="gridcell" className="line">
        <span
          className="dot"
          style={{ '--dot': `var(--cluster-${cluster?.colour ?? 7})` } as React.CSSProperties}
          title={`${cluster?.name ?? ''}, as ${userName}`}
        />
        <span className="clip">
          {request.isOwn ? `${request.requester} (you)` : request.requester}
          {props.namesCluster && <span className="muted small"> on {cluster?.name}</span>}
        </span>
      </div>
      <div role="gridcell" className="clip mono small-mono" title={namesOf(request).join('\n')}>
        {summaryOf(request)}
      </div>
      <div role="gridcell" className="clip muted" dir="auto" title={request.reason}>
        {request.reason}
      </div>
      <div role="gridcell" className="line">
        <StateDot colour={look.colour} shape={look.shape} />
        <span className="clip">
          {waitsForMe && <span className="request-waits">for you · </span>}
          {waitsForMe ? look.word.replace(/ approvals$/, '') : look.word}
        </span>
      </div>
      <div role="gridcell" className="muted small clip" title={formatExact(request.createdAt)}>
        {formatAgo(request.createdAt, now)}
      </div>
    </div>
  );
});
