import { AppError } from '../shared/errors/app-error.ts';

export type Value = string | boolean | readonly string[] | undefined;
export type Term<S> = (subject: S) => Value;

/** What an expression may speak of. Unknown variables are no error: nothing matches them. */
export interface Language<S> {
  variable(path: readonly string[]): Term<S>;
  /** Undefined: there is no such function, or not with these arguments. */
  call(name: string, parts: readonly Term<S>[]): Term<S> | undefined;
}

interface Token {
  readonly kind: 'name' | 'text' | 'sign' | 'end';
  readonly text: string;
}
const maxLength = 2_000;
const maxDepth = 50;

/** Compiles Teleport's predicate language: `==`, `!=`, `&&`, `||`, `!`, variables and functions of the language. */
export function compileExpression<S>(source: string, language: Language<S>): (subject: S) => boolean {
  if (source.length > maxLength) throw syntaxError('it is too long');
  const parser = new Parser(tokenize(source), language);
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
  try {
    return String(JSON.parse(quoted));
  } catch {
    // Escapes that JSON does not know, and characters that it wants escaped.
    return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  }
}

class Parser<S> {
  readonly #tokens: readonly Token[];
  readonly #language: Language<S>;
  #position = 0;

  constructor(tokens: readonly Token[], language: Language<S>) {
    this.#tokens = tokens;
    this.#language = language;
  }

  expression(depth: number): Term<S> {
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

  #conjunction(depth: number): Term<S> {
    let left = this.#comparison(depth);
    while (this.#accept('&&')) {
      const [a, b] = [left, this.#comparison(depth)];
      left = (subject) => a(subject) === true && b(subject) === true;
    }
    return left;
  }

  #comparison(depth: number): Term<S> {
    const left = this.#unary(depth);
    const sign = this.#accept('==') ? '==' : this.#accept('!=') ? '!=' : undefined;
    if (sign === undefined) return left;
    const right = this.#unary(depth);
    return (subject) => (left(subject) === right(subject)) === (sign === '==');
  }

  #unary(depth: number): Term<S> {
    if (depth > maxDepth) throw syntaxError('it is nested too deeply');
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
    const path = this.#path(token.text);
    return this.#accept('(') ? this.#call(path.join('.'), depth) : this.#language.variable(path);
  }

  #call(name: string, depth: number): Term<S> {
    const parts: Term<S>[] = [];
    while (!this.#accept(')')) {
      if (parts.length > 0) this.#expect(',');
      parts.push(this.expression(depth + 1));
    }
    const term = this.#language.call(name, parts);
    if (!term) throw new AppError('query-invalid', `unsupported function: ${name}`);
    return term;
  }

  #path(first: string): string[] {
    const path = [first];
    for (;;) {
      if (this.#accept('.')) {
        path.push(this.#next().text);
      } else if (this.#accept('[')) {
        path.push(this.#next().text);
        this.#expect(']');
      } else return path;
    }
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
