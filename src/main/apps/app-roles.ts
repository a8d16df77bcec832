import { AppError } from '../../shared/errors/app-error.ts';
import type { AuthApi } from '../protocol/client/auth-api.ts';
import { currentRoles } from '../protocol/client/current-roles.ts';
import type { FoundApp } from '../protocol/client/find-resource.ts';
import type { RoleV6 } from '../protocol/codec/gen/types/types_pb.js';
import type { AccountIdentity } from '../protocol/codec/identity.ts';
import { majorOf } from '../protocol/codec/server-version.ts';
import { fitsLabels } from '../tunnels/label-match.ts';

const firstMajorWithAppFactors = 16;

/**
 * Throws `second-factor-unusable` for an app that nobody can reach: a role asks for a second factor in each session, and a
 * cluster before v16 knows none for apps (tunnels.md 8). Such a cluster would answer 404, or close without a word.
 */
export async function checkAppFactors(
  api: AuthApi,
  identity: AccountIdentity,
  app: FoundApp,
  signal?: AbortSignal,
): Promise<void> {
  if (majorOf(identity.serverVersion) >= firstMajorWithAppFactors) return;
  const roles = await currentRoles(api.transport, signal);
  if (!roles.some((role) => asksForFactor(role) && givesApp(role, app))) return;
  throw new AppError('second-factor-unusable', `Your roles cannot reach the app ${app.listed.name}.`, {
    reason:
      'A role of yours asks for a second factor in each session, and this version of the cluster takes none for apps.',
    advice: 'Ask an administrator for a role without it, or to update the cluster to Teleport 16 or later.',
  });
}

function asksForFactor(role: RoleV6): boolean {
  const options = role.spec?.options;
  return options?.requireSessionMfa === true || (options?.requireMfaType ?? 0) > 0;
}

/** Not sure for a rule with an expression; then the cluster has the word. */
function givesApp(role: RoleV6, app: FoundApp): boolean {
  const allow = role.spec?.allow;
  return allow?.appLabelsExpression === '' && fitsLabels(allow.appLabels?.values, app.listed.labels);
}
