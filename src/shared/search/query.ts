/** What the search box means: words and labels, or an expression of Teleport's predicate language. */
export type ParsedSearch =
  | {
      readonly kind: 'words';
      readonly keywords: readonly string[];
      readonly labels: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'predicate'; readonly expression: string };

// An operator outside quotes, or a call of one of the language's functions, makes it an expression.
const operators = /==|!=|&&|\|\||^!/;
const calls = /^!?\s*(search|equals|exists|hasPrefix|contains|split)\s*\(/;
const label = /^([\p{L}\p{N}_./-]+):(.+)$/u;

export function parseSearch(text: string): ParsedSearch {
  const trimmed = text.trim();
  if (operators.test(withoutQuotes(trimmed)) || calls.test(trimmed))
    return { kind: 'predicate', expression: trimmed };
  const keywords: string[] = [];
  const labels: Record<string, string> = {};
  for (const word of words(trimmed)) {
    const match = label.exec(word);
    if (match?.[1] !== undefined && match[2] !== undefined && !isAddress(word))
      labels[match[1]] = unquote(match[2]);
    else keywords.push(unquote(word));
  }
  return { kind: 'words', keywords, labels };
}

/** `host:22` is a word to look for, not a label. */
function isAddress(word: string): boolean {
  return /:\d{1,5}$/.test(word) && /[.]/.test(word);
}

function words(text: string): string[] {
  return text.match(/(?:[^\s"]+|"[^"]*"?)+/g) ?? [];
}

function unquote(word: string): string {
  return word.replaceAll('"', '');
}

function withoutQuotes(text: string): string {
  return text.replaceAll(/"[^"]*"/g, '""');
}
