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
