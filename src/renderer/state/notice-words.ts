import type { RequestNotice } from '../../shared/contract/access-requests.ts';
import { clusterOf, parseRequestUri } from '../../shared/uri/uri.ts';
import { withShortIds } from './request-words.ts';

/** Equal for notices of the same thing that reach several users of this window. */
export function noticeKey(notice: RequestNotice): string {
  const id = parseRequestUri(notice.requestUri)?.id ?? '';
  return `${notice.kind} ${clusterOf(notice.requestUri)} ${id}`;
}

/** What happened, in one sentence. Reasons are other people's text and stay out of it. */
export function noticeText(notice: RequestNotice): string {
  const { person } = notice;
  const summary = withShortIds(notice.summary);
  switch (notice.kind) {
    case 'approved':
      return person ? `${person} approved ${summary}` : `${summary} was approved`;
    case 'denied':
      return person ? `${person} denied ${summary}` : `${summary} was denied`;
    case 'waits-for-review':
      return `${person || 'Somebody'} asks for ${summary}`;
    case 'assumable':
      return `${summary} can be assumed now`;
    case 'ending':
      return `The access to ${summary} ends soon`;
    case 'assumed-deleted':
      return `The request for ${summary} was deleted, so its access was dropped`;
  }
}
