import { randomUUID } from 'node:crypto';
import { ConnectError } from '@connectrpc/connect';
import { AccessRequests } from '../access-requests/access-requests.ts';
import type { Assumed } from '../access-requests/assume.ts';
import type { Directory, Requester } from '../access-requests/directory.ts';
import type { AccessRequest, Draft, RequestState, ResourceId } from '../access-requests/model.ts';
import { RequestStore } from '../access-requests/request-store.ts';
import type { ReviewDraft } from '../access-requests/review.ts';
import { requestVersionRules } from '../access-requests/version-rules.ts';
import type { Filter } from '../access-requests/visibility.ts';
import type { Role } from '../roles.ts';
import { ClusterStore } from '../store/cluster-store.ts';

export const hour = 3_600_000;
export const day = 24 * hour;
const begin = Date.UTC(2026, 0, 1);
const twoEyes = { name: 'two eyes', filter: '', approve: 2, deny: 1 };
const none = { logins: [], serverLabels: {} };

const roles: readonly Role[] = [
  {
    ...none,
    name: 'requester',
    request: {
      roles: ['*dba', 'prod'],
      searchAsRoles: ['prod', 'prod-root'],
      thresholds: [twoEyes],
      suggestedReviewers: ['bob', 'carol'],
      annotations: { team: ['ops'] },
    },
    denyRequest: { roles: ['secret-*'] },
  },
  { ...none, name: 'bare' },
  { ...none, name: 'pods-only', request: { searchAsRoles: ['prod'], kubernetesKinds: ['pod', 'namespace'] } },
  {
    ...none,
    name: 'always',
    request: { roles: ['^dba$'] },
    requestAccess: 'reason',
    requestPrompt: 'ticket number',
  },
  { ...none, name: 'with-reason', request: { roles: ['prod'], reasonMode: 'required' } },
  { ...none, name: 'long', request: { roles: ['dba'], maxDurationMs: 26 * hour } },
  { ...none, name: 'longer', request: { roles: ['dba'], maxDurationMs: 2 * hour } },
  { ...none, name: 'longest', request: { roles: ['data-dba'], maxDurationMs: 300 * hour } },
  {
    ...none,
    name: 'filtered',
    request: {
      roles: ['dba'],
      thresholds: [
        {
          name: 'lead',
          filter: 'contains(reviewer.roles, "reviewer") && review.reason != ""',
          approve: 1,
          deny: 1,
        },
      ],
    },
  },
  { ...none, name: 'reviewer', reviewRequests: { roles: ['*'] } },
  { ...none, name: 'data-reviewer', reviewRequests: { roles: ['data-*'] } },
  { ...none, name: 'no-prod', denyReviewRequests: { roles: ['prod'] } },
  {
    ...none,
    name: 'urgent-reviewer',
    reviewRequests: { roles: ['*'], where: 'regexp.match(request.reason, "^urgent")' },
  },
  {
    ...none,
    name: 'admin',
    rules: [
      { resources: ['access_request'], verbs: ['*'] },
      { resources: ['user', 'role'], verbs: ['list', 'read'] },
    ],
    request: { roles: ['dba'] },
  },
  { ...none, name: 'blind', denyRules: [{ resources: ['access_request'], verbs: ['list'] }] },
  { name: 'dba', logins: ['dba'], serverLabels: { tier: ['data'] } },
  { name: 'data-dba', logins: ['dba'], serverLabels: { tier: ['data'] } },
  { name: 'secret-dba', logins: ['dba'], serverLabels: { '*': ['*'] } },
  { name: 'prod', logins: ['deploy', 'root'], serverLabels: { env: ['prod'] }, maxSessionTtlMs: 8 * hour },
  { name: 'prod-root', logins: ['root'], serverLabels: { env: ['prod'] } },
];

const users: Readonly<Record<string, readonly string[]>> = {
  alice: ['requester'],
  alw: ['always'],
  rea: ['with-reason'],
  max: ['long', 'longer', 'longest'],
  fil: ['filtered'],
  bob: ['reviewer'],
  carol: ['reviewer'],
  dave: ['reviewer'],
  erin: ['data-reviewer'],
  frank: ['reviewer', 'no-prod'],
  gina: ['urgent-reviewer'],
  hal: ['requester', 'reviewer'],
  ivan: ['requester', 'blind'],
  root: ['admin'],
};

const resources: Readonly<Record<string, { kind: 'node' | 'kube_cluster'; labels: Record<string, string> }>> =
  {
    'node/n1': { kind: 'node', labels: { env: 'prod' } },
    'node/n2': { kind: 'node', labels: { env: 'prod' } },
    'node/d1': { kind: 'node', labels: { tier: 'data' } },
    'kube_cluster/k1': { kind: 'kube_cluster', labels: { env: 'prod' } },
  };

export const node = (name: string, clusterName = 'lab'): ResourceId => ({
  clusterName,
  kind: 'node',
  name,
  subResourceName: '',
});

/** What a call is refused with; undefined when it is not. */
export function refusal(work: () => unknown): { code: number; text: string } | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ConnectError) return { code: error.code, text: error.rawMessage };
    throw error;
  }
}

/** A cluster of the mind: users and roles for each rule, a clock that only tests move, and a store in memory. */
export class TestWorld {
  readonly store: RequestStore;
  readonly requests: AccessRequests;
  readonly directory: Directory;
  nowMs = begin;
  readonly #users = new Map(Object.entries(users));

  constructor(pose: 'v11' | 'v15' | 'v18' = 'v18', edition: 'community' | 'enterprise' = 'enterprise') {
    this.store = new RequestStore(new ClusterStore());
    this.directory = {
      clusterName: 'lab',
      isKnownCluster: (name) => name === 'lab' || name === 'leaf',
      allRoles: () => roles,
      staticRolesOf: (user) => roles.filter(({ name }) => this.#users.get(user)?.includes(name)),
      traitsOf: () => ({}),
      resourceOf: ({ clusterName, kind, name }) =>
        clusterName === 'lab'
          ? (resources[`${kind}/${name}`] ?? resources[`kube_cluster/${name}`])
          : undefined,
    };
    this.requests = new AccessRequests({
      directory: this.directory,
      rules: requestVersionRules[pose],
      store: this.store,
      now: () => new Date(this.nowMs),
      edition,
    });
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  setRoles(user: string, names: readonly string[]): void {
    this.#users.set(user, names);
  }

  requester(userName: string, change: Partial<Requester> = {}): Requester {
    return {
      userName,
      roles: this.directory.staticRolesOf(userName),
      certificateEndMs: this.nowMs + 12 * hour,
      activeRequests: [],
      ...change,
    };
  }

  /** Times of the change count from now. */
  create(userName: string, change: Partial<Draft>, caller: Partial<Requester> = {}): AccessRequest {
    const at = (ms: number | undefined) => (ms === undefined ? undefined : this.nowMs + ms);
    return this.requests.create(this.requester(userName, caller), {
      id: randomUUID(),
      user: userName,
      roles: ['dba'],
      state: 'pending',
      requestReason: 'why',
      resolveReason: '',
      hasResolveAnnotations: false,
      suggestedReviewers: [],
      resourceIds: [],
      loginHint: '',
      dryRun: false,
      ...change,
      accessExpiryMs: at(change.accessExpiryMs),
      maxDurationMs: at(change.maxDurationMs),
      objectExpiryMs: at(change.objectExpiryMs),
      assumeStartMs: at(change.assumeStartMs),
    });
  }

  review(reviewer: string, id: string, change: Partial<ReviewDraft> & { id?: string } = {}): AccessRequest {
    return this.requests.review(reviewer, change.id ?? id, {
      author: '',
      state: 'approved',
      stateName: 'APPROVED',
      roles: [],
      reason: `by ${reviewer}`,
      hasAnnotations: false,
      ...change,
    });
  }

  setState(
    userName: string,
    id: string,
    state: RequestState,
    caller: Partial<Requester> = {},
    narrowed: readonly string[] = [],
  ): void {
    this.requests.changeState(this.requester(userName, caller), id, { state, reason: '', roles: narrowed });
  }

  list(userName: string, change: Partial<Filter> = {}): AccessRequest[] {
    const filter: Filter = { id: '', user: '', keywords: [], scope: 'all', ...change };
    return this.requests.list(this.requester(userName), filter);
  }

  assume(
    userName: string,
    assume: readonly string[],
    drop: readonly string[] = [],
    active: readonly string[] = [],
  ): Assumed {
    const holder = { userName, roles: this.directory.staticRolesOf(userName), activeRequests: active };
    return this.requests.assume(holder, { assume, drop });
  }
}
