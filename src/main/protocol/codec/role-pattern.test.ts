import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesExpression, matchesPattern } from './role-pattern.ts';

describe('a pattern of a role', () => {
  it.each([
    ['*', '', true],
    ['prod', 'prod', true],
    ['prod', 'production', false],
    ['prod*', 'production', true],
    ['*-db', 'orders-db', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a*a', 'a', false],
    ['a.c', 'abc', false],
    ['', '', true],
    ['', 'x', false],
    ['^(dev|stage)-[0-9]+$', 'stage-12', true],
    ['^(dev|stage)-[0-9]+$', 'stage-12\n', false],
    ['^.*$', 'two\nlines', true],
    ['^[[:alpha:]]+$', 'abc', true],
    ['^(?i)prod$', 'PROD', true],
    [String.raw`^\pL+$`, 'Grüße', true],
    ['^(unclosed$', '(unclosed', false],
    ['^(?=look)ahead$', 'ahead', false],
  ])('%j on %j: %s', (pattern, value, fits) => {
    expect(matchesPattern(pattern, value)).toBe(fits);
  });

  it.each(['^(a+)+$', '^(a|aa)+$', '^(.*a){20}$', '^(a*)*b$', '*a*a*a*a*a*a*a*a*a*a*a*a*b'])(
    'is judged in linear time: %s',
    (pattern) => {
      // A backtracking engine would not come back from these.
      expect(matchesPattern(pattern, `${'a'.repeat(20_000)}!`)).toBe(false);
    },
  );

  it.each([
    '^(((a{100}){100}){100})$',
    `^${'(a?){500}'.repeat(20)}$`,
    `^${'x'.repeat(5_000)}$`,
    '^'.repeat(1_000),
  ])('that would be too large to compile fits nothing', (pattern) => {
    expect(matchesPattern(pattern, 'a!')).toBe(false);
  });

  it('may be any text, for any value', () => {
    const piece = fc.constantFrom(
      '^',
      '$',
      '*',
      '(',
      ')',
      '[',
      ']',
      '{9}',
      '\\',
      '|',
      '+',
      '?',
      'a',
      '.',
      'é',
      '\u{1f600}',
    );
    const pattern = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
      fc.array(piece, { maxLength: 12 }).map((all) => `^${all.join('')}$`),
    );
    fc.assert(
      fc.property(pattern, fc.string({ maxLength: 40 }), (source, value) => {
        expect(typeof matchesPattern(source, value)).toBe('boolean');
        expect(typeof matchesExpression(source, value)).toBe('boolean');
        expect(matchesPattern(value, value)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });
});
