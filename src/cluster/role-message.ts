import { create } from '@bufbuild/protobuf';
import { type RoleV6, RoleV6Schema } from '../main/protocol/codec/gen/types/types_pb.js';
import { type LabelledKind, labelRuleOf, type Role } from './roles.ts';

/** A role as clients read it, to offer what it allows (auth-api.md 5.3). */
export function toRoleMessage(role: Role): RoleV6 {
  const labels = (kind: LabelledKind) => ({
    values: Object.fromEntries(
      Object.entries(labelRuleOf(role, kind)).map(([name, values]) => [name, { values: [...values] }]),
    ),
  });
  return create(RoleV6Schema, {
    kind: 'role',
    version: 'v7',
    metadata: { name: role.name },
    spec: {
      allow: {
        logins: [...role.logins],
        nodeLabels: labels('node'),
        databaseLabels: labels('db'),
        databaseUsers: [...(role.databaseUsers ?? [])],
        databaseNames: [...(role.databaseNames ?? [])],
        appLabels: labels('app'),
        kubernetesLabels: labels('kube_cluster'),
        kubeUsers: [...(role.kubernetesUsers ?? [])],
        kubeGroups: [...(role.kubernetesGroups ?? [])],
      },
      options: { requireSessionMfa: role.requireSessionMfa ?? false },
      deny: {},
    },
  });
}
