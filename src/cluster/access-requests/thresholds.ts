import type { Role } from '../roles.ts';
import type { RequestConditions, Threshold, Traits } from './conditions.ts';
import { namesRole } from './matching.ts';
import type { AccessRequest, RequestState, Review } from './model.ts';

const plain: Threshold = { name: 'default', filter: '', approve: 1, deny: 1 };

export interface Thresholds {
  readonly thresholds: readonly Threshold[];
  readonly roleThresholds: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly annotations: Traits;
}

/** What the blocks of the static roles demand for each requested role (auth-api.md 11.3). */
export function thresholdsFor(
  staticRoles: readonly Role[],
  traits: Traits,
  requested: readonly string[],
): Thresholds {
  const thresholds: Threshold[] = [];
  const annotations: Record<string, string[]> = {};
  const roleThresholds: Record<string, number[][]> = {};
  for (const name of requested) {
    roleThresholds[name] = blocksFor(staticRoles, traits, name).map((block) => {
      for (const [key, values] of Object.entries(block.annotations ?? {}))
        annotations[key] = [...new Set([...(annotations[key] ?? []), ...values])];
      return indexesOf(thresholds, block.thresholds?.length ? block.thresholds : [plain]);
    });
  }
  return { thresholds, roleThresholds, annotations };
}

/** A block that names a role both ways counts twice, as on a real server. */
function blocksFor(staticRoles: readonly Role[], traits: Traits, name: string): RequestConditions[] {
  return staticRoles.flatMap(({ request }) => {
    if (!request) return [];
    const byName = namesRole(request, traits, name) ? [request] : [];
    return request.searchAsRoles?.includes(name) ? [...byName, request] : byName;
  });
}

function indexesOf(thresholds: Threshold[], wanted: readonly Threshold[]): number[] {
  return wanted.map((threshold) => {
    const text = JSON.stringify(fieldsOf(threshold));
    const known = thresholds.findIndex((one) => JSON.stringify(fieldsOf(one)) === text);
    return known >= 0 ? known : thresholds.push(threshold) - 1;
  });
}

const fieldsOf = ({ name, filter, approve, deny }: Threshold) => [name, filter, approve, deny];

/** What the reviews so far decide; undefined: nothing yet. */
export function decisionOf(request: AccessRequest, reviews: readonly Review[]): RequestState | undefined {
  const count = (index: number, state: RequestState) =>
    reviews.filter((review) => review.proposedState === state && review.thresholdIndexes.includes(index))
      .length;
  const isDenied = request.thresholds.some(({ deny }, index) => deny > 0 && count(index, 'denied') >= deny);
  if (isDenied) return 'denied';
  const isReached = (index: number) =>
    count(index, 'approved') >= Math.max(1, request.thresholds[index]?.approve ?? 1);
  const isApproved =
    request.roles.length > 0 &&
    request.roles.every((role) => {
      const sets = request.roleThresholds[role] ?? [];
      return sets.length > 0 && sets.every((set) => set.some(isReached));
    });
  return isApproved ? 'approved' : undefined;
}
