export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Empty where the client may choose. */
  readonly user: string;
  /** Empty = the client's default. */
  readonly database: string;
}

/** One string for programs that take one; empty for protocols that have none. Every part is URL-encoded. */
export function connectionString(protocol: string, to: Destination): string {
  const user = to.user === '' ? '' : `${encode(to.user)}@`;
  const place = `${to.host}:${to.port}`;
  const path = to.database === '' ? '' : `/${encode(to.database)}`;
  switch (protocol) {
    case 'postgres':
    case 'cockroachdb':
      // The local port is plain; some drivers ask for TLS unless they are told.
      return `postgres://${user}${place}${path}?sslmode=disable`;
    case 'mysql':
      return `mysql://${user}${place}${path}`;
    case 'mongodb':
      return `mongodb://${place}${path || '/'}?directConnection=true&serverSelectionTimeoutMS=5000`;
    case 'redis':
      return `redis://${place}${path}`;
    case 'sqlserver':
      return `sqlserver://${user}${place}${to.database === '' ? '' : `?database=${encode(to.database)}`}`;
    case 'clickhouse':
      return `clickhouse://${user}${place}${path}`;
    case 'elasticsearch':
    case 'opensearch':
    case 'dynamodb':
    case 'clickhouse-http':
      return `http://${place}/`;
    default:
      return '';
  }
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
