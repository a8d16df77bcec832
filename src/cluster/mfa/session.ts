import type { IsMfaRequiredRequest } from '../../main/protocol/codec/gen/auth/authservice_pb.js';
import type { ClusterCore, Person } from '../core.ts';
import { grantCovers } from '../grant.ts';
import type { ClusterResource, ClusterResourceKind } from '../inventory.ts';
import { invalid, notFound } from '../refusal.ts';
import { type LabelledKind, type Labels, loginsFor, type Role, rolesFor } from '../roles.ts';

/** Whether a session with such a resource needs a second factor of its own. */
export function needsSessionMfa(roles: readonly Role[], kind: LabelledKind, labels: Labels): boolean {
  return rolesFor(roles, kind, labels).some((role) => role.requireSessionMfa);
}

/** `IsMFARequired`: a no says nothing about existence (auth-api.md 8). */
export function isMfaRequired(core: ClusterCore, person: Person, request: IsMfaRequiredRequest): boolean {
  const { target } = request;
  if (target.case === 'adminAction') return core.mfa.asksForAdminActions;
  if (target.case === undefined) throw invalid('unknown Target <nil>');
  if (target.case === 'node' && target.value.login === '') throw invalid('empty Login field');
  if (!person.roles.some((role) => role.requireSessionMfa)) return false;
  switch (target.case) {
    case 'node':
      return nodesOf(core, person, target.value.node, target.value.login).some((node) =>
        needsSessionMfa(person.roles, 'node', node.labels),
      );
    case 'database':
      return named(core, person, 'db', target.value.serviceName, 'database service');
    case 'kubernetesCluster':
      return named(core, person, 'kube_cluster', target.value, 'kubernetes cluster');
    case 'app':
      return named(core, person, 'app', target.value.name, 'application service');
    default:
      return named(core, person, 'windows_desktop', target.value.windowsDesktop, 'windows desktop');
  }
}

function nodesOf(core: ClusterCore, person: Person, host: string, login: string): ClusterResource[] {
  const byId = core.inventory.findNode(host);
  const nodes = byId ? [byId] : core.inventory.nodesNamed(host);
  return nodes.filter(
    (node) =>
      loginsFor(person.roles, node.labels).includes(login) &&
      grantCovers(person.grant, core.options.name, node),
  );
}

function named(
  core: ClusterCore,
  person: Person,
  kind: Exclude<ClusterResourceKind, 'node'>,
  name: string,
  what: string,
): boolean {
  const resource = core.inventory.find(kind, name);
  if (!resource) throw notFound(`${what} "${name}" not found`);
  return needsSessionMfa(person.roles, kind, resource.labels);
}
