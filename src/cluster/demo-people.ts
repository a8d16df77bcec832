import { hkdfSync } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Role } from './roles.ts';
import { type ClusterUser, makeUser } from './users.ts';

/** A user of the demo cluster, and what a person is told about them. */
export interface DemoUser extends ClusterUser {
  readonly about: string;
}

const day = 24 * 3_600_000;
const account = userInfo().username;
const here = ['demo', 'staging', 'ci'];

/** Who plays in the demo: the first one asks, the two others decide. `key`: 32 bytes of this installation. */
export function demoUsers(key: Uint8Array | undefined): readonly [DemoUser, ...DemoUser[]] {
  return [
    person(key, 'demo', ['developer', 'production-requester'], 'Works here, and asks for more access'),
    person(key, 'robin', ['team-member', 'reviewer'], 'Decides about requests'),
    person(key, 'sasha', ['team-member', 'reviewer'], 'Decides about requests'),
  ];
}

function person(
  key: Uint8Array | undefined,
  name: string,
  roles: readonly string[],
  about: string,
): DemoUser {
  const user = { ...makeUser(name, roles), about, keepsOneTimeCodes: true };
  if (!key) return user;
  const derive = (what: string, length: number) =>
    Buffer.from(hkdfSync('sha256', key, '', `porthole demo ${what} of ${name}`, length));
  return {
    ...user,
    password: derive('password', 24).toString('base64url'),
    totpSecret: derive('one-time secret', 20),
  };
}

/** One that works is offered, so that Enter is enough. */
const anyDatabase = { databaseUsers: ['postgres', '*'], databaseNames: ['postgres', '*'] };

/** Every rule of access requests has a role that shows it. */
export const demoRoles: readonly Role[] = [
  {
    name: 'developer',
    logins: [account],
    serverLabels: { env: here },
    ...anyDatabase,
    kubernetesGroups: ['developers'],
    request: {
      // One approval is enough. Of all administrator roles one is denied below.
      roles: ['*-admin'],
      suggestedReviewers: ['robin', 'sasha'],
    },
    denyRequest: { roles: ['cluster-admin'] },
    rules: [{ resources: ['access_request'], verbs: ['delete'] }],
  },
  {
    name: 'production-requester',
    logins: [],
    serverLabels: {},
    request: {
      roles: ['production-operator', 'vault-operator'],
      searchAsRoles: ['production-access'],
      thresholds: [{ name: 'two people', filter: '', approve: 2, deny: 1 }],
      suggestedReviewers: ['robin', 'sasha'],
      maxDurationMs: 3 * day,
      reasonMode: 'required',
    },
    requestPrompt: 'Which ticket is this for?',
  },
  {
    name: 'team-member',
    logins: [account],
    serverLabels: { env: ['demo'] },
    ...anyDatabase,
    kubernetesGroups: ['developers'],
  },
  {
    name: 'reviewer',
    logins: [],
    serverLabels: {},
    reviewRequests: {
      roles: ['ledger-admin', 'production-*', 'vault-operator'],
      previewAsRoles: ['production-access'],
    },
    rules: [{ resources: ['access_request'], verbs: ['list', 'read'] }],
  },
  {
    name: 'ledger-admin',
    logins: [],
    serverLabels: {},
    databaseLabels: { team: ['finance'] },
    ...anyDatabase,
    maxSessionTtlMs: 4 * 3_600_000,
  },
  {
    name: 'cluster-admin',
    logins: [account],
    serverLabels: { '*': ['*'] },
    ...anyDatabase,
    kubernetesGroups: ['administrators'],
    rules: [{ resources: ['*'], verbs: ['*'] }],
  },
  {
    name: 'production-access',
    logins: [account],
    serverLabels: { env: ['production'] },
    ...anyDatabase,
    kubernetesGroups: ['developers'],
  },
  {
    name: 'production-operator',
    logins: [account],
    serverLabels: { env: ['production'] },
    ...anyDatabase,
    kubernetesGroups: ['developers'],
  },
  {
    // Each session needs a security key of its own.
    name: 'vault-operator',
    logins: [account],
    serverLabels: { env: ['vault'] },
    requireSessionMfa: true,
  },
];
