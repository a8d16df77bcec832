import type { TunnelCommand } from '../../shared/contract/tunnels.ts';
import { findProgram, realProgram } from '../tunnels/find-program.ts';
import { shellLine } from '../tunnels/shell-words.ts';
import { connectionString, type Destination } from './connection-string.ts';

/** Programs that speak a protocol, in the order in which they are offered, and their words (tunnels.md 3.4). */
interface Client {
  readonly program: string;
  readonly words: (to: Destination) => readonly string[];
  readonly install: string;
}

const postgres: Client = {
  program: 'psql',
  words: (to) => [connectionString('postgres', to)],
  install: 'Install postgresql-client (Debian, Ubuntu), libpq (Homebrew) or PostgreSQL (Windows).',
};
const curl: Client = {
  program: 'curl',
  words: (to) => [`http://${to.host}:${to.port}/`],
  install: 'Install curl.',
};
/** SQL Server and Snowflake clients insist on a password; the tunnel ignores it. */
const ignoredPassword = 'unused';

const clients: Readonly<Record<string, readonly Client[]>> = {
  postgres: [postgres],
  cockroachdb: [
    {
      program: 'cockroach',
      words: (to) => ['sql', '--url', connectionString('cockroachdb', to)],
      install: 'Get the cockroach program from cockroachlabs.com.',
    },
    { ...postgres, words: (to) => [connectionString('cockroachdb', to)] },
  ],
  mysql: [
    {
      program: 'mariadb',
      words: mysqlWords,
      install: 'Install mariadb-client (Debian, Ubuntu), mariadb (Homebrew) or MariaDB (Windows).',
    },
    { program: 'mysql', words: mysqlWords, install: 'Install the MySQL client.' },
  ],
  mongodb: [
    {
      program: 'mongosh',
      words: (to) => [connectionString('mongodb', to)],
      install: 'Get mongosh from mongodb.com, or with Homebrew: brew install mongosh.',
    },
  ],
  redis: [
    {
      program: 'redis-cli',
      words: (to) => ['-h', to.host, '-p', String(to.port), ...optional('-n', to.database)],
      install: 'Install redis-tools (Debian, Ubuntu) or redis (Homebrew).',
    },
  ],
  sqlserver: [
    {
      program: 'sqlcmd',
      words: (to) => [
        '-S',
        `${to.host},${to.port}`,
        ...optional('-U', to.user),
        '-P',
        ignoredPassword,
        ...optional('-d', to.database),
      ],
      install: 'Get sqlcmd from Microsoft, or with Homebrew: brew install sqlcmd.',
    },
  ],
  snowflake: [
    {
      program: 'snowsql',
      words: (to) => [
        '-a',
        'teleport',
        ...optional('-u', to.user),
        '-h',
        to.host,
        '-p',
        String(to.port),
        ...optional('-w', to.database),
      ],
      install: 'Get snowsql from Snowflake.',
    },
  ],
  cassandra: [
    {
      program: 'cqlsh',
      words: (to) => [...optional('-u', to.user), to.host, String(to.port)],
      install: 'Install cqlsh: pipx install cqlsh.',
    },
  ],
  elasticsearch: [
    curl,
    {
      program: 'elasticsearch-sql-cli',
      words: (to) => [`http://${to.host}:${to.port}/`],
      install: 'It comes with Elasticsearch.',
    },
  ],
  opensearch: [
    curl,
    {
      program: 'opensearchsql',
      words: (to) => [`http://${to.host}:${to.port}`],
      install: 'Install opensearchsql: pipx install opensearchsql.',
    },
  ],
  dynamodb: [
    {
      program: 'aws',
      words: (to) => ['--endpoint', `http://${to.host}:${to.port}/`, 'dynamodb', 'list-tables'],
      install: 'Get the AWS command line from amazon.com.',
    },
  ],
  oracle: [
    {
      program: 'sql',
      words: (to) => ['-L', `/@${to.host}:${to.port}/${to.database}`],
      install: 'Get SQLcl from Oracle.',
    },
  ],
  clickhouse: [
    {
      program: 'clickhouse-client',
      words: (to) => [
        '--host',
        to.host,
        '--port',
        String(to.port),
        ...optional('--user', to.user),
        ...optional('--database', to.database),
      ],
      install: 'Get clickhouse-client from clickhouse.com.',
    },
  ],
  'clickhouse-http': [curl],
};

/** Installed programs come first. */
export function databaseCommands(protocol: string, to: Destination, platform: string): TunnelCommand[] {
  const offered = Object.hasOwn(clients, protocol) ? (clients[protocol] ?? []) : [];
  return offered
    .map((client) => toCommand(client, to, platform))
    .sort((a, b) => Number(b.isInstalled) - Number(a.isInstalled));
}

function toCommand(client: Client, to: Destination, platform: string): TunnelCommand {
  const path = findProgram(client.program);
  return {
    title: client.program,
    preview: shellLine([client.program, ...client.words(to)], platform),
    isInstalled: path !== undefined,
    ...(path === undefined ? { install: client.install } : {}),
  };
}

/** Newer MariaDB clients insist on TLS, which the plain local port has not; the option is unknown to MySQL's own client. */
function mysqlWords(to: Destination): readonly string[] {
  const mariadb = findProgram('mariadb');
  const mysql = findProgram('mysql');
  const isMariaDb = mariadb !== undefined || mysql === undefined || realProgram(mysql).includes('mariadb');
  return [
    ...(to.user === '' ? [] : [`--user=${to.user}`]),
    ...(to.database === '' ? [] : [`--database=${to.database}`]),
    `--port=${to.port}`,
    `--host=${to.host}`,
    '--protocol=TCP',
    ...(isMariaDb ? ['--skip-ssl'] : []),
  ];
}

function optional(flag: string, value: string): string[] {
  return value === '' ? [] : [flag, value];
}
