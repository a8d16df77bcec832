import { matchesExpression } from '../../main/protocol/codec/role-pattern.ts';
import { isAppError } from '../../shared/errors/app-error.ts';
import { compileExpression, type Language, type Term, type Value } from '../expression.ts';
import type { Traits } from './conditions.ts';

/** What a threshold's filter and a review condition look at (auth-api.md 11.3). */
export interface ReviewSubject {
  readonly reviewer: { readonly roles: readonly string[]; readonly traits: Traits };
  readonly review: { readonly reason: string; readonly annotations: Traits };
  readonly request: {
    readonly roles: readonly string[];
    readonly reason: string;
    readonly systemAnnotations: Traits;
  };
}

/** Empty filters hold for everything; filters that cannot be read hold for nothing. */
export function holds(filter: string, subject: ReviewSubject): boolean {
  if (filter.trim() === '') return true;
  try {
    return compileExpression(filter, reviewLanguage)(subject);
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

function lookUp(subject: ReviewSubject, path: readonly string[]): Value {
  const [first, second, third] = path;
  const { reviewer, review, request } = subject;
  switch (`${first}.${second}`) {
    case 'reviewer.roles':
      return reviewer.roles;
    case 'reviewer.traits':
      return reviewer.traits[third ?? ''] ?? [];
    case 'review.reason':
      return review.reason;
    case 'review.annotations':
      return review.annotations[third ?? ''] ?? [];
    case 'request.roles':
      return request.roles;
    case 'request.reason':
      return request.reason;
    case 'request.system_annotations':
      return request.systemAnnotations[third ?? ''] ?? [];
    default:
      return undefined;
  }
}

const list = (value: Value): readonly string[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];

const pairs: Readonly<Record<string, (first: Value, second: Value) => boolean>> = {
  contains: (first, second) => list(first).includes(String(second ?? '')),
  equals: (first, second) => {
    const [a, b] = [list(first), list(second)];
    return a.length === b.length && a.every((value, index) => value === b[index]);
  },
  'regexp.match': (first, second) =>
    list(first).some((value) => matchesExpression(String(second ?? ''), value)),
};

const reviewLanguage: Language<ReviewSubject> = {
  variable: (path) => (subject) => lookUp(subject, path),
  call(name, parts): Term<ReviewSubject> | undefined {
    const work = Object.hasOwn(pairs, name) ? pairs[name] : undefined;
    const [first, second] = parts;
    if (!work || !first || !second || parts.length !== 2) return undefined;
    return (subject) => work(first(subject), second(subject));
  },
};
