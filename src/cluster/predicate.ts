import { AppError } from '../shared/errors/app-error.ts';

/** What a predicate looks at: names and labels of one resource (auth-api.md 6.4). */
export interface PredicateSubject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  matchesKeywords(keywords: readonly string[]): boolean;
}
export type Predicate = (subject: PredicateSubject) => boolean;

type Value = string | boolean | undefined;
type Term = (subject: PredicateSubject) => Value;
interface Token {
  readonly kind: 'name' | 'text' | 'sign' | 'end';
  readonly text: string;
}
const maxLength = 2_000;
const maxDepth = 50;

/** Compiles Teleport's predicate language: `==`, `!=`, `&&`, `||`, `!`, `name`, `labels`, and its functions. */
export function compilePredicate(source: string): Predicate {
  if (source.length > maxLength) throw syntaxError('it is too long');
  const parser = new Parser(tokenize(source));
  const term = parser.expression(0);
  parser.expectEnd();
  return (subject) => term(subject) === true;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z_][\w-]*)|(==|!=|&&|\|\||[!().,[\]]))/gy;
  const end = source.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match) throw syntaxError(`${at + 1}: unexpected text`);
    if (match[1] !== undefined) tokens.push({ kind: 'text', text: unquote(match[1]) });
    else if (match[2] !== undefined) tokens.push({ kind: 'name', text: match[2] });
    else tokens.push({ kind: 'sign', text: match[3] ?? '' });
  }
  return [...tokens, { kind: 'end', text: 'EOF' }];
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(depth: number): Term {
    if (depth > maxDepth) throw syntaxError('it is nested too deeply');
    let left = this.#conjunction(depth);
    while (this.#accept('||')) {
      const [a, b] = [left, this.#conjunction(depth)];
      left = (subject) => a(subject) === true || b(subject) === true;
    }
    return left;
  }

  expectEnd(): void {
    if (this.#peek().kind !== 'end') throw syntaxError(`unexpected "${this.#peek().text}"`);
  }

  #conjunction(depth: number): Term {
    let left = this.#comparison(depth);
    while (this.#accept('&&')) {
      const [a, b] = [left, this.#comparison(depth)];
      left = (subject) => a(subject) === true && b(subject) === true;
    }
    return left;
  }

  #comparison(depth: number): Term {
    const left = this.#unary(depth);
    const sign = this.#accept('==') ? '==' : this.#accept('!=') ? '!=' : undefined;
    if (sign === undefined) return left;
    const right = this.#unary(depth);
    return (subject) => (left(subject) === right(subject)) === (sign === '==');
  }

  #unary(depth: number): Term {
    if (this.#accept('!')) {
      const inner = this.#unary(depth + 1);
      return (subject) => inner(subject) !== true;
    }
    if (this.#accept('(')) {
      const inner = this.expression(depth + 1);
      this.#expect(')');
      return inner;
    }
    const token = this.#next();
    if (token.kind === 'text') return () => token.text;
    if (token.kind !== 'name') throw syntaxError(`unexpected "${token.text}"`);
    return this.#accept('(') ? this.#call(token.text, depth) : this.#variable(token.text);
  }

  #call(name: string, depth: number): Term {
    const parts: Term[] = [];
    while (!this.#accept(')')) {
      if (parts.length > 0) this.#expect(',');
      parts.push(this.expression(depth + 1));
    }
    const [first, second] = parts;
    if (name === 'search' && first) {
      return (subject) => subject.matchesKeywords(parts.map((part) => String(part(subject) ?? '')));
    }
    if (name === 'exists' && first && parts.length === 1) return (subject) => first(subject) !== undefined;
    if (name === 'equals' && first && second && parts.length === 2)
      return (subject) => first(subject) === second(subject);
    if (name === 'hasPrefix' && first && second && parts.length === 2) {
      return (subject) => String(first(subject) ?? '').startsWith(String(second(subject)));
    }
    throw new AppError('query-invalid', `unsupported function: ${name}`);
  }

  /** Unknown variables are no error: nothing matches them. */
  #variable(first: string): Term {
    const path = [first];
    for (;;) {
      if (this.#accept('.')) {
        path.push(this.#next().text);
      } else if (this.#accept('[')) {
        path.push(this.#next().text);
        this.#expect(']');
      } else break;
    }
    const plain = path.join('.').replace(/^resource\.metadata\./, '');
    if (plain === 'name') return (subject) => subject.name;
    if (plain.startsWith('labels.')) return (subject) => subject.labels[plain.slice('labels.'.length)];
    return () => undefined;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: 'EOF' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }

  #accept(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.#position += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) throw syntaxError(`expected '${sign}', found '${this.#peek().text}'`);
  }
}

function syntaxError(why: string): AppError {
  return new AppError('query-invalid', `parsing expression\n\t${why}`);
}
