import { describe, expect, it } from 'vitest';
import { parseSearch } from './query.ts';

describe('parseSearch', () => {
  it('reads words, quoted words and labels', () => {
    expect(parseSearch(' web "two words" env:prod team:"data eng" ')).toEqual({
      kind: 'words',
      keywords: ['web', 'two words'],
      labels: { env: 'prod', team: 'data eng' },
    });
  });

  it('takes an address for a word', () => {
    expect(parseSearch('10.0.0.1:22')).toEqual({ kind: 'words', keywords: ['10.0.0.1:22'], labels: {} });
  });

  it('recognises predicates by operator or function', () => {
    for (const text of ['labels.env == "prod"', 'name != "a b"', 'search("x")', '!exists(labels.x)']) {
      expect(parseSearch(text)).toEqual({ kind: 'predicate', expression: text });
    }
  });

  it('does not take operators inside quotes for a predicate', () => {
    expect(parseSearch('"a == b"').kind).toBe('words');
  });

  it('gives nothing for nothing', () => {
    expect(parseSearch('   ')).toEqual({ kind: 'words', keywords: [], labels: {} });
  });
});
