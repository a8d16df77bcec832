import type { IncomingHttpHeaders } from 'node:http';
import type { KubeIdentity } from './rbac.ts';
import { KubeError } from './status.ts';

const userHeader = 'impersonate-user';
const groupHeader = 'impersonate-group';
const everybody = 'system:authenticated';

export interface AllowedIdentities {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** Who the request is made as: what the client chose of what its roles allow. Throws `Forbidden` (tunnels.md 4.6). */
export function impersonate(
  userName: string,
  allowed: AllowedIdentities,
  headers: IncomingHttpHeaders,
): KubeIdentity {
  for (const name of Object.keys(headers)) {
    if (name.startsWith('impersonate-') && name !== userHeader && name !== groupHeader)
      throw denied(`unsupported impersonation header "${canonical(name)}"`);
  }
  const groups = [...new Set([...allowed.groups, everybody])];
  const users = allowed.users.length > 0 ? [...new Set(allowed.users)] : [userName];
  return { user: chooseUser(users, headers), groups: chooseGroups(groups, headers) };
}

function chooseUser(users: readonly string[], headers: IncomingHttpHeaders): string {
  const wanted = String(headers[userHeader] ?? '');
  if (wanted !== '') {
    if (!users.includes(wanted)) throw denied(`user header "${wanted}" is not allowed in roles`);
    return wanted;
  }
  const [only, ...others] = users;
  if (only === undefined || others.length > 0)
    throw new KubeError(
      'Forbidden',
      'please select a user to impersonate, refusing to select a user due to several kubernetes_users set up for this user',
    );
  return only;
}

function chooseGroups(groups: readonly string[], headers: IncomingHttpHeaders): readonly string[] {
  // Node joins headers that come more than once.
  const wanted = String(headers[groupHeader] ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '');
  const foreign = wanted.find((group) => !groups.includes(group));
  if (foreign !== undefined) throw denied(`group header "${foreign}" value is not allowed in roles`);
  return wanted.length > 0 ? wanted : groups;
}

function denied(why: string): KubeError {
  return new KubeError('Forbidden', `impersonation request has been denied, ${why}`);
}

function canonical(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
}
