import { compileExpression, type Language, type Term } from './expression.ts';

/** What a predicate looks at: names and labels of one resource (auth-api.md 6.4). */
export interface PredicateSubject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  matchesKeywords(keywords: readonly string[]): boolean;
}
export type Predicate = (subject: PredicateSubject) => boolean;

/** Compiles a filter of resources: `name`, `labels`, and the functions of auth-api.md 6.4. */
export function compilePredicate(source: string): Predicate {
  return compileExpression(source, resourceLanguage);
}

const text = (term: Term<PredicateSubject>, subject: PredicateSubject) => String(term(subject) ?? '');

const resourceLanguage: Language<PredicateSubject> = {
  variable(path) {
    const plain = path.join('.').replace(/^resource\.metadata\./, '');
    if (plain === 'name') return (subject) => subject.name;
    if (plain.startsWith('labels.')) return (subject) => subject.labels[plain.slice('labels.'.length)];
    return () => undefined;
  },
  call(name, parts) {
    const [first, second] = parts;
    if (name === 'search' && first)
      return (subject) => subject.matchesKeywords(parts.map((part) => text(part, subject)));
    if (name === 'exists' && first && parts.length === 1) return (subject) => first(subject) !== undefined;
    if (name === 'equals' && first && second && parts.length === 2)
      return (subject) => first(subject) === second(subject);
    if (name === 'hasPrefix' && first && second && parts.length === 2)
      return (subject) => text(first, subject).startsWith(String(second(subject)));
    return undefined;
  },
};
