import type { RequestInfo } from '../../shared/contract/access-requests.ts';
import type { NoticeBoard } from './notice-board.ts';

/** An assumed access that ends within this time is told of. */
export const endingSoonMs = 10 * 60_000;

/** Tells what is new about a request, as one of this app's accounts sees it. */
export function tellOf(info: RequestInfo, board: NoticeBoard, now: Date): void {
  if (info.waitsForMe) board.tell('waits-for-review', info, info.requester);
  else board.retract('waits-for-review', info.uri);
  if (!info.isOwn || info.state === 'promoted') return;
  if (info.state === 'pending') {
    board.remember('pending', info.uri);
    return;
  }
  // What was decided before this app knew of the request is no news; what time brings is.
  if (board.knows('pending', info.uri)) {
    const last = info.seats.findLast((seat) => seat.kind === 'taken');
    board.tell(info.state, info, last?.kind === 'taken' ? last.review.author : '');
  }
  if (info.state === 'approved') tellOfAccess(info, board, now);
}

function tellOfAccess(info: RequestInfo, board: NoticeBoard, now: Date): void {
  if (info.assumable.kind === 'later') board.remember('scheduled', info.uri);
  if (info.assumable.kind === 'now' && !info.isAssumed && board.knows('scheduled', info.uri))
    board.tell('assumable', info, '');
  const left = Date.parse(info.accessUntil ?? '') - now.getTime();
  if (info.isAssumed && left > 0 && left < endingSoonMs) board.tell('ending', info, '');
}
