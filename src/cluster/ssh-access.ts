import type { SshCertificate } from '../main/protocol/codec/ssh/certificate.ts';
import { isAppError } from '../shared/errors/app-error.ts';
import type { ClusterCore, Person } from './core.ts';
import { grantCovers, grantOfSsh } from './grant.ts';
import { type Labels, loginsFor, rolesFor, rolesOf } from './roles.ts';

/** Who an SSH certificate of the cluster's own authority belongs to; undefined when it cannot be read. */
export function personOfSsh(core: ClusterCore, certificate: SshCertificate): Person | undefined {
  try {
    return {
      userName: certificate.keyId,
      roles: core.rolesNamed(rolesOf(certificate.extensions.get('teleport-roles'))),
      grant: grantOfSsh(certificate),
    };
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** The decision of a node: locks, roles, logins, granted resources and the second factor (ssh.md 3). */
export function mayLogIn(
  core: ClusterCore,
  certificate: SshCertificate,
  login: string,
  node: { readonly id: string; readonly labels: Labels },
): boolean {
  const person = personOfSsh(core, certificate);
  if (!person || core.users.lockOf(person.userName) !== undefined) return false;
  if (!grantCovers(person.grant, core.options.name, { kind: 'node', id: node.id })) return false;
  if (!loginsFor(person.roles, node.labels).includes(login)) return false;
  const needsMfa = rolesFor(person.roles, 'node', node.labels).some((role) => role.requireSessionMfa);
  return !needsMfa || person.grant.mfaDevice !== '';
}
