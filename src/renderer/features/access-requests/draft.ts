import type { RequestDraft } from '../../../shared/contract/access-requests.ts';
import type { CartItem } from '../../../shared/contract/request-cart.ts';
import type { AccountUri } from '../../../shared/uri/uri.ts';
import { fromLocal } from './local-time.ts';

/** What a person has typed into the form, beside the cart. */
export interface DraftFields {
  readonly reason: string;
  /** Chosen of those that the cluster suggests. */
  readonly reviewers: readonly string[];
  /** Names, separated by commas or spaces. */
  readonly otherReviewers: string;
  /** Milliseconds of access; undefined = the longest that is allowed. */
  readonly durationMs: number | undefined;
  /** As the field for date and time holds it; empty = at once. */
  readonly start: string;
  /** Milliseconds until the undecided request vanishes; undefined = the cluster's own. */
  readonly waitMs: number | undefined;
}

export const emptyFields: DraftFields = {
  reason: '',
  reviewers: [],
  otherReviewers: '',
  durationMs: undefined,
  start: '',
  waitMs: undefined,
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
export const durations: readonly number[] = [
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
  day,
  2 * day,
  3 * day,
  7 * day,
  14 * day,
];

/** What is sent: the chosen things of the cart and the fields, in the contract's terms. */
export function toDraft(
  accountUri: AccountUri,
  items: readonly CartItem[],
  fields: DraftFields,
  now: number,
): RequestDraft {
  const typed = fields.otherReviewers.split(/[\s,;]+/).filter((name) => name !== '');
  const start = fields.start === '' ? undefined : fromLocal(fields.start);
  const from = start === undefined ? now : Date.parse(start);
  const at = (time: number) => new Date(time).toISOString();
  return {
    accountUri,
    roles: items.flatMap((item) => (item.kind === 'role' ? [item.role] : [])),
    resources: items.filter((item) => item.kind === 'resource'),
    reason: fields.reason,
    reviewers: [...new Set([...fields.reviewers, ...typed])],
    ...(fields.durationMs === undefined ? {} : { accessUntil: at(from + fields.durationMs) }),
    ...(start === undefined ? {} : { assumeFrom: start }),
    ...(fields.waitMs === undefined ? {} : { pendingUntil: at(now + fields.waitMs) }),
  };
}
