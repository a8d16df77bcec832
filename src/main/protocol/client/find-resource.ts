import { createClient, type Transport } from '@connectrpc/connect';
import { AppError } from '../../../shared/errors/app-error.ts';
import { AuthService } from '../codec/gen/auth/authservice_pb.js';
import { type ListedResource, toListedResource } from '../codec/listed-resource.ts';
import { callError } from './auth-connection.ts';

export interface FoundDatabase {
  readonly listed: ListedResource;
  readonly protocol: string;
  /** The cluster makes database users of its own, named as the Teleport user. */
  readonly hasAdminUser: boolean;
}

export interface FoundApp {
  readonly listed: ListedResource;
  readonly uri: string;
  /** Host name under the proxy; empty when the cluster derives it from the name. */
  readonly publicAddress: string;
  /** The provider of a cloud console or API; empty for ordinary apps. */
  readonly cloud: string;
  readonly ports: readonly { readonly from: number; readonly to: number }[];
}

/** Looks a database up by its exact name (tunnels.md 3.1). Throws `resource-gone` when the caller cannot see it. */
export async function findDatabase(
  transport: Transport,
  name: string,
  signal?: AbortSignal,
): Promise<FoundDatabase> {
  const found = await listNamed(transport, 'db_server', name, signal);
  for (const entry of found) {
    if (entry.resource.case !== 'databaseServer') continue;
    const database = entry.resource.value.spec?.database;
    const listed = toListedResource(entry);
    if (!listed || listed.id !== name || !database) continue;
    return {
      listed,
      protocol: database.spec?.protocol ?? '',
      hasAdminUser: (database.spec?.adminUser?.name ?? '') !== '',
    };
  }
  throw gone('database', name);
}

/** Looks an app up by its exact name. Throws `resource-gone` when the caller cannot see it. */
export async function findApp(transport: Transport, name: string, signal?: AbortSignal): Promise<FoundApp> {
  const found = await listNamed(transport, 'app_server', name, signal);
  for (const entry of found) {
    if (entry.resource.case !== 'appServer') continue;
    const app = entry.resource.value.spec?.app;
    const listed = toListedResource(entry);
    if (!listed || listed.id !== name || !app) continue;
    return {
      listed,
      uri: app.spec?.uri ?? '',
      publicAddress: app.spec?.publicAddr ?? '',
      cloud: app.spec?.cloud ?? '',
      ports: (app.spec?.tcpPorts ?? []).map((range) => ({
        from: range.port,
        to: range.endPort > range.port ? range.endPort : range.port,
      })),
    };
  }
  throw gone('app', name);
}

async function listNamed(
  transport: Transport,
  resourceType: string,
  name: string,
  signal: AbortSignal | undefined,
) {
  try {
    const answer = await createClient(AuthService, transport).listResources(
      { resourceType, limit: 100, predicateExpression: `name == ${quote(name)}` },
      signal ? { signal } : {},
    );
    return answer.resources;
  } catch (error) {
    throw callError(error).error;
  }
}

/** A string of the predicate language (auth-api.md 6.4), whose rules are those of Go. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function gone(what: string, name: string): AppError {
  return new AppError('resource-gone', `The cluster shows no ${what} named ${name} to you.`, {
    reason: 'It was removed, or your roles do not allow it any more.',
    advice: 'Refresh the list, or ask for access.',
  });
}
