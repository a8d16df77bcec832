import { create } from '@bufbuild/protobuf';
import { type RoleV6, RoleV6Schema } from '../main/protocol/codec/gen/types/types_pb.js';
import type {
  RequestConditions,
  RequestRules,
  ReviewConditions,
  RuleOfRole,
} from './access-requests/conditions.ts';
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
        // Without it tsh takes the role for one that allows nothing.
        namespaces: ['default'],
        nodeLabels: labels('node'),
        databaseLabels: labels('db'),
        databaseUsers: [...(role.databaseUsers ?? [])],
        databaseNames: [...(role.databaseNames ?? [])],
        appLabels: labels('app'),
        kubernetesLabels: labels('kube_cluster'),
        kubeUsers: [...(role.kubernetesUsers ?? [])],
        kubeGroups: [...(role.kubernetesGroups ?? [])],
        ...conditionsOf(role),
      },
      options: {
        requireSessionMfa: role.requireSessionMfa ?? false,
        requireMfaType: role.requireSessionMfa ? 1 : 0,
        requestAccess: role.requestAccess ?? '',
        requestPrompt: role.requestPrompt ?? '',
        maxSessionTtlNs: BigInt(role.maxSessionTtlMs ?? 0) * 1_000_000n,
      },
      deny: {
        rules: rulesOf(role.denyRules),
        ...(role.denyRequest ? { request: requestOf(role.denyRequest) } : {}),
        ...(role.denyReviewRequests ? { reviewRequests: reviewOf(role.denyReviewRequests) } : {}),
      },
    },
  });
}

function conditionsOf(role: RequestRules) {
  return {
    rules: rulesOf(role.rules),
    ...(role.request ? { request: requestOf(role.request) } : {}),
    ...(role.reviewRequests ? { reviewRequests: reviewOf(role.reviewRequests) } : {}),
  };
}

const rulesOf = (rules: readonly RuleOfRole[] = []) =>
  rules.map(({ resources, verbs }) => ({ resources: [...resources], verbs: [...verbs] }));

const claimsOf = (claims: RequestConditions['claimsToRoles'] = []) =>
  claims.map(({ claim, value, roles }) => ({ claim, value, roles: [...roles] }));

function requestOf(conditions: RequestConditions) {
  return {
    roles: [...(conditions.roles ?? [])],
    claimsToRoles: claimsOf(conditions.claimsToRoles),
    annotations: {
      values: Object.fromEntries(
        Object.entries(conditions.annotations ?? {}).map(([name, values]) => [name, { values: [...values] }]),
      ),
    },
    thresholds: (conditions.thresholds ?? []).map((threshold) => ({ ...threshold })),
    suggestedReviewers: [...(conditions.suggestedReviewers ?? [])],
    searchAsRoles: [...(conditions.searchAsRoles ?? [])],
    maxDurationNs: BigInt(conditions.maxDurationMs ?? 0) * 1_000_000n,
    kubernetesResources: (conditions.kubernetesKinds ?? []).map((kind) => ({ kind })),
    ...(conditions.reasonMode ? { reason: { mode: conditions.reasonMode } } : {}),
  };
}

function reviewOf(conditions: ReviewConditions) {
  return {
    roles: [...(conditions.roles ?? [])],
    claimsToRoles: claimsOf(conditions.claimsToRoles),
    where: conditions.where ?? '',
    previewAsRoles: [...(conditions.previewAsRoles ?? [])],
  };
}
