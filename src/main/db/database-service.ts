import type { TunnelChoices, TunnelTarget } from '../../shared/contract/tunnels.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { accountOf, parseResourceUri, type ResourceUri } from '../../shared/uri/uri.ts';
import { currentRoles } from '../protocol/client/current-roles.ts';
import { currentUser } from '../protocol/client/current-user.ts';
import { findDatabase } from '../protocol/client/find-resource.ts';
import { ByteTunnel, type ByteTunnelOptions } from '../tunnels/byte-tunnel.ts';
import type { TunnelKind, TunnelOwner } from '../tunnels/tunnel-kind.ts';
import type { TunnelDefinition } from '../tunnels/tunnel-store.ts';
import { allowedOn } from './database-roles.ts';
import { databaseTarget } from './database-target.ts';

/** Protocols in which the certificate names the user, and the client cannot (tunnels.md 3.5). */
const userInCertificate = new Set([
  'mongodb',
  'cassandra',
  'snowflake',
  'elasticsearch',
  'opensearch',
  'dynamodb',
  'clickhouse',
  'clickhouse-http',
  'oracle',
  'spanner',
]);
/** Protocols that know no database names, or whose roles do not limit them. */
const unlimitedNames = new Set(['mysql', 'cockroachdb', 'redis', 'cassandra', 'clickhouse', 'oracle']);
const maxChoices = 1_000;

export type DatabaseServiceOptions = Omit<ByteTunnelOptions, 'definition' | 'target' | 'owner'> & {
  readonly platform: string;
  /** What was chosen the last time, by resource. */
  readonly lastChoice: (resource: ResourceUri) => { user?: string; name?: string };
};

/** Databases: what may be chosen, and their tunnels. */
export class DatabaseService implements TunnelKind {
  readonly #options: DatabaseServiceOptions;

  constructor(options: DatabaseServiceOptions) {
    this.#options = options;
  }

  async choices(resourceUri: ResourceUri, signal?: AbortSignal): Promise<TunnelChoices> {
    const { access, lastChoice } = this.#options;
    const name = parseResourceUri(resourceUri)?.id ?? '';
    const accountUri = accountOf(resourceUri);
    const identity = access.identity(accountUri);
    return access.withAuth(
      accountUri,
      async (api) => {
        const found = await findDatabase(api.transport, name, signal);
        const [roles, user, needsSecondFactor] = await Promise.all([
          currentRoles(api.transport, signal),
          currentUser(api.transport, signal),
          api.tunnels.isSecondFactorRequired(
            identity,
            { kind: 'database', name, protocol: found.protocol, userName: '' },
            signal,
          ),
        ]);
        const allowed = allowedOn(roles, user, found.listed.labels);
        const createsOwn = found.hasAdminUser && allowed.createsUsers;
        const last = lastChoice(resourceUri);
        return {
          protocol: found.protocol.slice(0, 500),
          databaseUsers: createsOwn ? [identity.userName] : shown(allowed.users.names),
          anyDatabaseUser: !createsOwn && allowed.users.any,
          databaseNames: shown(allowed.names.names),
          anyDatabaseName: allowed.names.any || unlimitedNames.has(found.protocol),
          needsDatabaseUser: userInCertificate.has(found.protocol),
          targetPorts: [],
          needsSecondFactor,
          ...(last.user === undefined ? {} : { lastDatabaseUser: last.user }),
          ...(last.name === undefined ? {} : { lastDatabaseName: last.name }),
        };
      },
      signal,
    );
  }

  async describe(target: TunnelTarget, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const parts = parseResourceUri(target.resourceUri);
    if (target.kind !== 'database' || parts?.kind !== 'database')
      throw new AppError('invalid-input', 'This is not a database.');
    const { access, platform } = this.#options;
    const accountUri = accountOf(target.resourceUri);
    const identity = access.identity(accountUri);
    const wanted = databaseTarget(
      { id: '', target, port: 1, databaseName: '', isOpen: false, isDemo: false, facts: {} },
      platform,
    );
    const { facts } = await access.withAuth(accountUri, (api) => wanted.find(api, identity, signal), signal);
    if (target.databaseUser === '' && userInCertificate.has(facts['protocol'] ?? '')) {
      throw new AppError('invalid-input', 'This database needs the name of a database user.', {
        advice: 'Choose a database user.',
        action: 'edit-input',
      });
    }
    return facts;
  }

  create(definition: TunnelDefinition, owner: TunnelOwner): ByteTunnel {
    const { platform, access, issuer, log, now } = this.#options;
    return new ByteTunnel({
      definition,
      target: databaseTarget(definition, platform),
      owner,
      access,
      issuer,
      log,
      now,
    });
  }
}

function shown(names: readonly string[]): string[] {
  return names.filter((name) => name.length <= 500).slice(0, maxChoices);
}
