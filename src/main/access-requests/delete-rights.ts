import type { Permission } from '../../shared/contract/access-requests.ts';
import type { RoleV6 } from '../protocol/codec/gen/types/types_pb.js';

/** Deleting needs a rule, for one's own requests too (auth-api.md 11.4). */
export function mayDeleteRequests(roles: readonly RoleV6[]): Permission {
  const rulesOf = (side: 'allow' | 'deny') =>
    roles
      .flatMap((role) => role.spec?.[side]?.rules ?? [])
      .filter(
        (rule) =>
          rule.resources.some((resource) => resource === 'access_request' || resource === '*') &&
          rule.verbs.some((verb) => verb === 'delete' || verb === '*'),
      );
  const denied = rulesOf('deny');
  const allowed = rulesOf('allow');
  if (allowed.length === 0 || denied.some((rule) => rule.where === ''))
    return { answer: 'no', reason: 'None of your roles may delete requests.' };
  return denied.length > 0 || allowed.every((rule) => rule.where !== '')
    ? { answer: 'unknown', reason: 'It depends on a condition that the cluster alone can decide.' }
    : { answer: 'yes', reason: '' };
}
