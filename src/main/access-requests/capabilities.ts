import type { Permission, RequestCapabilities } from '../../shared/contract/access-requests.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import type { RequestApi } from '../protocol/client/request-api.ts';
import { mayReviewAnything, type ReviewRights } from './review-rights.ts';

/** What this user may ask for, and what the server's version can do (auth-api.md 10, client use by version). */
export async function readCapabilities(
  api: RequestApi,
  major: number,
  rights: ReviewRights | undefined,
  signal?: AbortSignal,
): Promise<RequestCapabilities> {
  const answer = await api.capabilities([], signal);
  const pages = await api.canPage(signal);
  return {
    requestableRoles: answer.requestableRoles.slice(0, 10_000).sort(),
    suggestedReviewers: answer.suggestedReviewers.slice(0, 1_000),
    reasonRequired: answer.requireReason,
    reasonPrompts: answer.requestPrompt === '' ? [] : [answer.requestPrompt.slice(0, 20_000)],
    mayRequestResources: await mayRequestResources(api, signal),
    mayReview: reviewPermission(rights),
    server: { durations: major >= 14, start: major >= 15, dryRun: major >= 14, pages },
  };
}

/** Asked about a resource that cannot exist: users without search roles are refused by name, others are not (auth-api.md 11.1). */
async function mayRequestResources(api: RequestApi, signal?: AbortSignal): Promise<Permission> {
  const nothing = {
    clusterName: '',
    kind: 'node',
    name: '00000000-0000-4000-8000-000000000000',
    subResource: '',
  };
  try {
    await api.capabilities([nothing], signal);
    return { answer: 'yes', reason: '' };
  } catch (error) {
    if (isAppError(error) && /search_as_roles/i.test(error.detail ?? ''))
      return { answer: 'no', reason: 'None of your roles lets you request resources.' };
    if (isAppError(error, 'connection-lost', 'timed-out', 'session-expired', 'cancelled')) throw error;
    return { answer: 'unknown', reason: 'The cluster does not tell.' };
  }
}

function reviewPermission(rights: ReviewRights | undefined): Permission {
  if (!rights) return { answer: 'unknown', reason: 'Your roles could not be read.' };
  return mayReviewAnything(rights)
    ? { answer: 'yes', reason: '' }
    : { answer: 'no', reason: 'None of your roles may review requests.' };
}
