import { RE2JS } from 're2js';

const maxPatternLength = 2_000;
const maxKept = 500;
const compiled = new Map<string, RE2JS | undefined>();

/**
 * Whether a value of a role stands for a name or a label: a literal, with `*` for any run of characters, or a regular
 * expression between `^` and `$` (auth-api.md 5.3).
 */
export function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === '*' || pattern === value) return true;
  if (pattern.startsWith('^') && pattern.endsWith('$')) return matchesExpression(pattern, value);
  return pattern.includes('*') && matchesGlob(pattern, value);
}

/**
 * Whether an expression in RE2's syntax, which clusters use, is found in the text. The time is linear in the text, whatever a
 * role says. False for what is no expression.
 */
export function matchesExpression(source: string, text: string): boolean {
  return expressionOf(source)?.test(text) ?? false;
}

/** Piece by piece, each at its first place: that is enough where pieces are literal. */
function matchesGlob(pattern: string, value: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last))
    return false;
  const end = value.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = value.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

function expressionOf(source: string): RE2JS | undefined {
  if (!compiled.has(source)) {
    if (compiled.size >= maxKept) compiled.clear();
    compiled.set(source, compile(source));
  }
  return compiled.get(source);
}

function compile(source: string): RE2JS | undefined {
  if (source.length > maxPatternLength) return undefined;
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}
