import type { Caller } from '../core.ts';
import { grantCovers } from '../grant.ts';
import { type Labels, rolesFor } from '../roles.ts';

/** Texts that a real database service sends in the client's own protocol (tunnels.md 3.5 to 3.7). */
export const refusals = {
  denied: 'access to db denied. User does not have permissions. Confirm database user and name.',
  mfa: 'access to resource requires MFA',
  down: 'connection refused',
} as const;

/** Protocols in which database names do not count. */
const withoutNames = new Set([
  'mysql',
  'cockroachdb',
  'redis',
  'cassandra',
  'elasticsearch',
  'dynamodb',
  'opensearch',
  'snowflake',
  'oracle',
  'clickhouse',
  'clickhouse-http',
]);

export interface DatabaseWish {
  readonly clusterName: string;
  /** Of the database in the cluster. */
  readonly name: string;
  readonly protocol: string;
  readonly labels: Labels;
  readonly user: string;
  readonly database: string;
}

/** The reason for which a connection is refused; undefined when a role allows it. */
export function refusalFor(caller: Caller, wish: DatabaseWish): string | undefined {
  if (!grantCovers(caller.grant, wish.clusterName, { kind: 'db', id: wish.name })) return refusals.denied;
  const reachable = rolesFor(caller.roles, 'db', wish.labels);
  const isAllowed = reachable.some(
    (role) =>
      allows(role.databaseUsers, wish.user) &&
      (withoutNames.has(wish.protocol) || allows(role.databaseNames, wish.database)),
  );
  if (!isAllowed) return refusals.denied;
  const needsMfa = reachable.some((role) => role.requireSessionMfa);
  return needsMfa && caller.grant.mfaDevice === '' ? refusals.mfa : undefined;
}

function allows(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}
