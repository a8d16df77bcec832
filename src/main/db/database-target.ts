import { AppError } from '../../shared/errors/app-error.ts';
import { parseResourceUri } from '../../shared/uri/uri.ts';
import { currentRoles } from '../protocol/client/current-roles.ts';
import { currentUser } from '../protocol/client/current-user.ts';
import { findDatabase } from '../protocol/client/find-resource.ts';
import { refuseDatabaseClient } from '../protocol/codec/database/refusal.ts';
import { databaseAlpn } from '../protocol/codec/tunnel-alpn.ts';
import type { ByteTarget, TargetFacts } from '../tunnels/byte-target.ts';
import type { TunnelDefinition } from '../tunnels/tunnel-store.ts';
import { databaseCommands } from './commands.ts';
import { connectionString } from './connection-string.ts';
import { allowedOn } from './database-roles.ts';

/** Protocols whose server greets the client. */
const serverFirst = new Set(['mysql']);
const host = '127.0.0.1';

/** A database behind a local port. */
export function databaseTarget(definition: TunnelDefinition, platform: string): ByteTarget {
  const { target } = definition;
  const name = parseResourceUri(target.resourceUri)?.id ?? '';
  const userName = target.kind === 'database' ? target.databaseUser : '';
  const protocol = definition.facts['protocol'] ?? '';
  return {
    subject: `the database ${name}`,
    clientSpeaksFirst: !serverFirst.has(protocol),
    refusesTls: true,
    answersAlways: true,
    alpn: alpnOf,
    isAnsweredByClose: (message) => spokenBefore(protocol, message) === 'cancel',
    insistedOnTls: (message) => spokenBefore(protocol, message) === 'tls',
    mayNeedTime: () => false,
    refuse: (message, said) => refuseDatabaseClient(protocol, message, said),
    async find(api, identity, signal) {
      const found = await findDatabase(api.transport, name, signal);
      alpnOf({ protocol: found.protocol });
      if (userName !== '') {
        const [roles, user] = await Promise.all([
          currentRoles(api.transport, signal),
          currentUser(api.transport, signal),
        ]);
        const allowed = allowedOn(roles, user, found.listed.labels);
        const createsOwn = found.hasAdminUser && allowed.createsUsers;
        const isAllowed = createsOwn
          ? userName === identity.userName
          : allowed.users.any || allowed.users.names.includes(userName);
        if (!isAllowed) throw userNotAllowed(name, userName);
      }
      return {
        route: { kind: 'database', name, protocol: found.protocol, userName },
        facts: { protocol: found.protocol },
      };
    },
    silentClose: () =>
      new AppError('target-down', `The cluster closed a connection to the database ${name}.`, {
        reason:
          'It gave no reason. The database, or the agent before it, may be down, or have too many connections.',
        advice: 'Try again. If it stays so, ask who runs the database.',
        action: 'retry',
      }),
    describe(port, databaseName, facts) {
      const to = { host, port, user: userName, database: databaseName };
      const spoken = facts['protocol'] ?? '';
      return {
        name: name.slice(0, 500),
        protocol: spoken.slice(0, 500),
        address: `${host}:${port}`,
        connectionString: connectionString(spoken, to),
        commands: databaseCommands(spoken, to, platform),
      };
    },
  };
}

/** PostgreSQL's requests that come instead of a session: a length, then a number (tunnels.md 3.6). */
function spokenBefore(protocol: string, message: Buffer): 'cancel' | 'tls' | undefined {
  if (protocol !== 'postgres' && protocol !== 'cockroachdb') return undefined;
  if (message.length !== 8 && message.length !== 16) return undefined;
  if (message.readUInt32BE(0) !== message.length) return undefined;
  const number = message.readUInt32BE(4);
  if (number === 80_877_102) return 'cancel';
  return number === 80_877_103 ? 'tls' : undefined;
}

function alpnOf(facts: TargetFacts): string {
  const protocol = facts['protocol'] ?? '';
  const alpn = databaseAlpn(protocol);
  if (alpn) return alpn;
  throw new AppError(
    'protocol-unsupported',
    `Porthole does not know the database protocol ${protocol || '(none)'}.`,
    {
      reason: 'The proxy has no route for it that Porthole knows of.',
      advice: 'Use tsh for this database.',
    },
  );
}

function userNotAllowed(name: string, userName: string): AppError {
  return new AppError(
    'access-denied',
    `Your roles do not allow the user ${userName} on the database ${name}.`,
    {
      advice: 'Choose another database user, or ask for access.',
      action: 'edit-input',
    },
  );
}
