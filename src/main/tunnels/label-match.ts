import { matchesPattern } from '../protocol/codec/role-pattern.ts';

/** Labels that a role asks for, by name. */
export type LabelRule = Readonly<Record<string, { readonly values: readonly string[] }>>;
type Labels = readonly { readonly name: string; readonly value: string }[];

/** Whether labels of a resource fit the rule of a role (auth-api.md 5.3). A rule without entries fits nothing. */
export function fitsLabels(rule: LabelRule | undefined, labels: Labels): boolean {
  const wanted = Object.entries(rule ?? {});
  if (wanted.length === 0) return false;
  return wanted.every(([name, { values }]) => {
    if (name === '*') return values.includes('*');
    const label = labels.find((candidate) => candidate.name === name);
    return label !== undefined && values.some((value) => matchesPattern(value, label.value));
  });
}
