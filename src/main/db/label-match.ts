import type { RoleV6 } from '../protocol/codec/gen/types/types_pb.js';

type Conditions = NonNullable<NonNullable<RoleV6['spec']>['allow']>;
type Labels = readonly { readonly name: string; readonly value: string }[];

/** Whether the database labels of a role block fit (auth-api.md 5.3). A block with an expression is taken to fit. */
export function fitsDatabase(conditions: Conditions | undefined, labels: Labels): boolean {
  if (!conditions) return false;
  if (conditions.databaseLabelsExpression !== '') return true;
  const wanted = Object.entries(conditions.databaseLabels?.values ?? {});
  if (wanted.length === 0) return false;
  return wanted.every(([name, { values }]) => {
    if (name === '*') return values.includes('*');
    const label = labels.find((candidate) => candidate.name === name);
    return label !== undefined && values.some((value) => matches(value, label.value));
  });
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** A value of a role: literal, with `*` for any run of characters, or a regular expression between `^` and `$`. */
function matches(pattern: string, value: string): boolean {
  if (pattern === '*' || pattern === value) return true;
  const source =
    pattern.startsWith('^') && pattern.endsWith('$')
      ? pattern
      : `^${pattern.split('*').map(literal).join('.*')}$`;
  try {
    return new RegExp(source, 's').test(value);
  } catch {
    return false;
  }
}
