import type { RoleV6, UserV2 } from '../protocol/codec/gen/types/types_pb.js';
import { fitsLabels } from '../tunnels/label-match.ts';

export interface Allowed {
  /** Sorted; without `*`. */
  readonly names: readonly string[];
  /** Any name may be used. */
  readonly any: boolean;
}

type Conditions = NonNullable<NonNullable<RoleV6['spec']>['allow']>;
type Labels = Parameters<typeof fitsLabels>[1];

const wildcard = '*';
const template = /^\{\{\s*(internal|external)\.([A-Za-z0-9_-]+)\s*\}\}$/;

/** What the roles allow on a database with these labels (auth-api.md 5.4). Deny beats allow. */
export function allowedOn(
  roles: readonly RoleV6[],
  user: UserV2 | undefined,
  labels: Labels,
): { readonly users: Allowed; readonly names: Allowed; readonly createsUsers: boolean } {
  const expand = (entries: readonly string[]) => entries.flatMap((entry) => expandTraits(entry, user));
  const allow = roles.map((role) => role.spec?.allow).filter((block) => fitsDatabase(block, labels));
  const pick = (field: 'databaseUsers' | 'databaseNames') =>
    subtract(
      expand(allow.flatMap((block) => block?.[field] ?? [])),
      expand(roles.flatMap((role) => role.spec?.deny?.[field] ?? [])),
    );
  const options = roles
    .filter((role) => fitsDatabase(role.spec?.allow, labels))
    .map((role) => role.spec?.options);
  return {
    users: pick('databaseUsers'),
    names: pick('databaseNames'),
    createsUsers: options.some(
      (option) => option?.createDatabaseUser?.value === true || (option?.createDatabaseUserMode ?? 0) > 1,
    ),
  };
}

/** A block with an expression is taken to fit. */
function fitsDatabase(conditions: Conditions | undefined, labels: Labels): boolean {
  if (!conditions) return false;
  return conditions.databaseLabelsExpression !== '' || fitsLabels(conditions.databaseLabels?.values, labels);
}

function subtract(allowed: readonly string[], denied: readonly string[]): Allowed {
  if (denied.includes(wildcard)) return { names: [], any: false };
  const names = new Set(allowed.filter((name) => name !== wildcard && !denied.includes(name)));
  return { names: [...names].sort(), any: allowed.includes(wildcard) };
}

function expandTraits(entry: string, user: UserV2 | undefined): string[] {
  const name = template.exec(entry)?.[2];
  if (name === undefined) return entry.includes('{{') ? [] : [entry];
  return user?.spec?.traits?.values[name]?.values ?? [];
}
