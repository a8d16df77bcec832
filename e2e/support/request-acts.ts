import { randomUUID } from 'node:crypto';
import type { Draft } from '../../src/cluster/access-requests/model.ts';
import type { PersonName, RequestCluster } from './request-cluster.ts';

const hourMs = 3_600_000;
let lastAsked = 0;

/** Somebody asks elsewhere, as with another program. Resolves with the request's id. */
export function askElsewhere(
  { core }: RequestCluster,
  roles: readonly string[],
  change: Partial<Draft> = {},
): string {
  const user = change.user ?? 'alice';
  // Their times order them.
  while (Date.now() === lastAsked);
  lastAsked = Date.now();
  const request = core.requests.create(requesterOf(core, user), {
    id: randomUUID(),
    user,
    roles,
    state: 'pending',
    requestReason: 'Asked elsewhere',
    resolveReason: '',
    hasResolveAnnotations: false,
    suggestedReviewers: [],
    resourceIds: [],
    loginHint: '',
    dryRun: false,
    ...change,
  });
  return request.id;
}

function requesterOf(core: RequestCluster['core'], userName: string) {
  return {
    userName,
    roles: core.requests.directory.staticRolesOf(userName),
    certificateEndMs: Date.now() + 12 * hourMs,
    activeRequests: [],
  };
}

/** The id of what a user asked for last. */
export function newestOf({ core }: RequestCluster, user = 'alice'): string {
  const all = core.requests.list(requesterOf(core, user), { id: '', user, keywords: [], scope: 'all' });
  return all.toSorted((a, b) => b.createdMs - a.createdMs)[0]?.id ?? '';
}

/** A reviewer decides elsewhere. */
export function decideElsewhere(
  { core }: RequestCluster,
  reviewer: PersonName,
  id: string,
  decision: 'approve' | 'deny',
  reason = '',
): void {
  const state = decision === 'approve' ? 'approved' : 'denied';
  core.requests.review(reviewer, id, {
    author: reviewer,
    state,
    stateName: state.toUpperCase(),
    roles: [],
    reason,
    hasAnnotations: false,
  });
}

export function approveElsewhere(cluster: RequestCluster, id: string): void {
  for (const reviewer of ['bob', 'carol'] as const) decideElsewhere(cluster, reviewer, id, 'approve');
}

/** An administrator deletes it, whatever its state. */
export function deleteElsewhere({ core }: RequestCluster, id: string): void {
  const administrator = {
    name: 'administrator',
    logins: [],
    serverLabels: {},
    rules: [{ resources: ['access_request'], verbs: ['*'] }],
  };
  core.requests.delete(
    {
      userName: 'root',
      roles: [administrator],
      certificateEndMs: Date.now() + hourMs,
      activeRequests: [],
    },
    id,
  );
}

/** While a review of `late` is on its way, `first` has denied the request. */
export function denyJustBefore({ core }: RequestCluster, first: PersonName, late: PersonName): void {
  const { requests } = core;
  const review = requests.review.bind(requests);
  requests.review = (reviewer, id, draft) => {
    if (reviewer === late) {
      requests.review = review;
      review(first, id, {
        ...draft,
        author: first,
        state: 'denied',
        stateName: 'DENIED',
        reason: 'Too risky',
      });
    }
    return review(reviewer, id, draft);
  };
}

/** Requests of `alice`, `ticket-0000` the oldest, each a moment after the one before. */
export function fillWithRequests(cluster: RequestCluster, count: number): void {
  const names = ['dba', 'prod', 'night-shift'];
  for (let index = 0; index < count; index += 1) {
    askElsewhere(cluster, [names[index % names.length] ?? ''], {
      requestReason: `ticket-${String(index).padStart(4, '0')}`,
    });
  }
}

/** An administrator takes all roles of a user; certificates that are out stay as they are. */
export function takeRoles({ core }: RequestCluster, name: PersonName): void {
  const rolesOf = core.users.rolesOf.bind(core.users);
  core.users.rolesOf = (user) => (user === name ? [] : rolesOf(user));
}
