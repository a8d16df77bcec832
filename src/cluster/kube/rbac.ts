import type { RequestInfo } from './request-info.ts';
import { KubeError } from './status.ts';

/** Who a request comes from, after impersonation. */
export interface KubeIdentity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** What a group may do: everything, everything inside namespaces, or read all but secrets. */
export type KubeRole = 'admin' | 'edit' | 'view';
export type GroupRoles = Readonly<Record<string, KubeRole>>;

export interface AccessQuestion {
  readonly verb: string;
  readonly resource: string;
  readonly part: string;
  readonly namespace: string;
  readonly name: string;
}

const reading = ['get', 'list', 'watch'];
const clusterWide = ['namespaces', 'nodes'];

export function isAllowed(roles: GroupRoles, identity: KubeIdentity, question: AccessQuestion): boolean {
  return identity.groups.some((group) => {
    const role = Object.hasOwn(roles, group) ? roles[group] : undefined;
    switch (role) {
      case undefined:
        return false;
      case 'admin':
        return true;
      case 'edit':
        return reading.includes(question.verb) || !clusterWide.includes(question.resource);
      case 'view':
        return (
          reading.includes(question.verb) &&
          question.resource !== 'secrets' &&
          (question.part === '' || question.part === 'log' || question.part === 'status')
        );
    }
  });
}

/** Throws the refusal of Kubernetes itself when the identity may not do this. */
export function authorize(
  roles: GroupRoles,
  identity: KubeIdentity,
  verb: string,
  { kind, namespace, name, part: wanted }: RequestInfo,
): void {
  const part: string = wanted ?? '';
  if (isAllowed(roles, identity, { verb, resource: kind.plural, part, namespace, name })) return;
  const what = name === '' ? kind.plural : `${kind.plural} "${name}"`;
  const resource = part === '' ? kind.plural : `${kind.plural}/${part}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw new KubeError(
    'Forbidden',
    `${what} is forbidden: User "${identity.user}" cannot ${verb} resource "${resource}" in API group "" ${where}`,
    { ...(name === '' ? {} : { name }), kind: kind.plural },
  );
}
