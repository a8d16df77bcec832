import { pingAlpnSuffix } from './ping-frames.ts';

// Names by which the proxy's port tells tunnels apart (tunnels.md 1.2).

export const tcpAppAlpn = 'teleport-tcp';

/** Database protocol to the last part of its name; several protocols may share one. */
const databaseNames: Readonly<Record<string, string>> = {
  postgres: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mongodb: 'mongodb',
  redis: 'redis',
  sqlserver: 'sqlserver',
  snowflake: 'snowflake',
  cassandra: 'cassandra',
  elasticsearch: 'elasticsearch',
  dynamodb: 'dynamodb',
  oracle: 'oracle',
  opensearch: 'opensearch',
  clickhouse: 'clickhouse',
  'clickhouse-http': 'clickhouse',
  spanner: 'spanner',
};

/** Undefined for a protocol that no proxy has a name for. */
export function databaseAlpn(protocol: string): string | undefined {
  const name = Object.hasOwn(databaseNames, protocol) ? databaseNames[protocol] : undefined;
  return name && `teleport-${name}`;
}

/** Every name of a database protocol. */
export const databaseAlpns: readonly string[] = [
  ...new Set(Object.values(databaseNames).map((name) => `teleport-${name}`)),
];

/** What a client offers: an old proxy takes the plain one. */
export function withPing(name: string): string[] {
  return [`${name}${pingAlpnSuffix}`, name];
}
