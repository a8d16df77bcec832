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

/** In the words of a real node (ssh.md 2.3). */
export const fileCopyRefused = 'file copying via SCP or SFTP is not permitted';

/** One role that forbids it is enough (ssh.md 2.3). */
export function mayCopyFiles(core: ClusterCore, certificate: SshCertificate): boolean {
  const person = personOfSsh(core, certificate);
  return person?.roles.every((role) => role.sshFileCopy !== false) ?? false;
}

/** A command that copies files by the older way. */
export function isScp(command: string): boolean {
  return /^(\/\S*\/)?scp\s(.*\s)?-[a-zA-Z]*[tf]/.test(command);
}
