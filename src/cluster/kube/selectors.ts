import { isObject, type KubeObject } from './objects.ts';
import { KubeError } from './status.ts';

export type ObjectFilter = (object: KubeObject) => boolean;

/** `labelSelector` and `fieldSelector` of a list or watch. Throws `BadRequest` when one cannot be read. */
export function parseSelectors(query: URLSearchParams): ObjectFilter {
  const labels = splitTerms(query.get('labelSelector') ?? '').map(labelTerm);
  const fields = splitTerms(query.get('fieldSelector') ?? '').map(fieldTerm);
  return (object) => [...labels, ...fields].every((matches) => matches(object));
}

/** Commas inside parentheses belong to a set. */
function splitTerms(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function labelTerm(term: string): ObjectFilter {
  const labelOf = (object: KubeObject, name: string) => object.metadata.labels?.[name];
  const equal = /^([^\s!=]+)\s*(==|=|!=)\s*([^\s=]*)$/.exec(term);
  if (equal) {
    const [, name = '', operator, value] = equal;
    return (object) => (labelOf(object, name) === value) === (operator !== '!=');
  }
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set) {
    const [, name = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (object) => values.includes(labelOf(object, name) ?? '\0') === (operator === 'in');
  }
  const exists = /^(!?)([^\s!=()]+)$/.exec(term);
  if (!exists) throw new KubeError('BadRequest', `unable to parse requirement: "${term}"`);
  const [, not, name = ''] = exists;
  return (object) => (labelOf(object, name) !== undefined) === (not === '');
}

function fieldTerm(term: string): ObjectFilter {
  const match = /^([A-Za-z.]+)(==|=|!=)(.*)$/.exec(term);
  if (!match) throw new KubeError('BadRequest', `invalid field selector: "${term}"`);
  const [, path = '', operator, value] = match;
  return (object) => {
    let at: unknown = object;
    for (const name of path.split('.')) at = isObject(at) ? at[name] : undefined;
    return (typeof at === 'string' ? at : '') === value ? operator !== '!=' : operator === '!=';
  };
}
