import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usedAgain, usePoints, valueNow } from './frecency.ts';
import { fuzzyMatch, fuzzyQuery, fuzzyText } from './fuzzy.ts';

const match = (query: string, text: string, hint = '') =>
  fuzzyMatch(fuzzyQuery(query), fuzzyText(text), hint);
const marked = (query: string, text: string) =>
  match(query, text)
    ?.ranges.map(([start, end]) => text.slice(start, end))
    .join('|');
/** The texts that match, best first. */
const order = (query: string, ...texts: string[]) =>
  texts
    .map((text) => ({ text, score: match(query, text)?.score }))
    .filter((one) => one.score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map((one) => one.text);

describe('a match', () => {
  it.each([
    ['web', 'prod-web-01', 'web'],
    ['pw01', 'prod-web-01', 'p|w|01'],
    ['prweb', 'prod-web-01', 'pr|web'],
    ['p01', 'prod-web-01', 'p|01'],
    ['h7', 'host-007', 'h|7'],
    ['FS', 'terminal.fontSize', 'f|S'],
    ['tfs', 'terminal.fontSize', 't|f|S'],
    ['osett', 'Open settings', 'O|sett'],
    ['web prod', 'prod-web-01', 'prod|web'],
    ['ROD', 'prod-web-01', 'rod'],
    ['10.20', 'host 10.20.30.40', '10.20'],
    ['ΑΘ', 'db-αθήνα', 'αθ'],
    ['', 'anything', ''],
  ])('of %j in %j marks %j', (query, text, expected) => {
    expect(marked(query, text)).toBe(expected);
  });

  it.each([
    ['xyz', 'prod-web-01'],
    ['pdb', 'prod-web-01'],
    ['rd', 'prod-web-01'], // letters from the middle of words are luck
    ['web stage', 'prod-web-01'],
    ['bew', 'prod-web-01'],
  ])('of %j in %j is none', (query, text) => {
    expect(match(query, text)).toBeUndefined();
  });

  it('may be in the hint, and counts less there', () => {
    const inHint = match('alice', 'web-01', 'prod · alice');
    expect(inHint?.ranges).toEqual([]);
    expect(inHint?.score).toBeLessThan(match('alice', 'db-alice-01')?.score ?? 0);
    expect(match('web alice', 'web-01', 'prod · alice')).toBeDefined();
  });

  it('is better the more it is what was typed', () => {
    expect(order('web', 'cobweb', 'w-e-b', 'prod-web', 'web', 'web-01', 'prod-web-long-name')).toEqual([
      'web',
      'web-01',
      'prod-web',
      'prod-web-long-name',
      'cobweb',
      'w-e-b',
    ]);
  });
});

describe('any match', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', 'A', 'B', '1', '2', '-', '_', '.', ' ', 'ä'),
    maxLength: 30,
  });

  it('marks, in order, exactly the characters of one word that was typed', () => {
    fc.assert(
      fc.property(name, name, (query, text) => {
        const [word = '', ...more] = query.trim().toLowerCase().split(/\s+/);
        if (word === '' || more.length > 0) return;
        const found = match(query, text);
        if (!found) return;
        expect(found.ranges.map(([a, b]) => text.slice(a, b).toLowerCase()).join('')).toBe(word);
        expect(Number.isFinite(found.score)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is found for every part of a text, and for the first letters of its words', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 5 }), (words) => {
        const text = words.join('-');
        const from = text.length >> 2;
        expect(match(text.slice(from, from + 4), text)).toBeDefined();
        expect(match(words.map((word) => word[0]).join(''), text)).toBeDefined();
        expect(match(words.map((word) => word.slice(0, 2)).join(''), text)).toBeDefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it('ends, whatever the text repeats', () => {
    expect(match('aaaaaaaaaaaaaaaaaaaaaaaaaab', 'a-'.repeat(5_000))).toBeUndefined();
    expect(match('abababababababab'.repeat(6), 'a-b-'.repeat(2_000))).not.toBe(0);
  });
});

describe('use', () => {
  const day = 24 * 3_600_000;

  it('fades by half in a week, and grows by one each time', () => {
    const once = usedAgain(undefined, 0);
    expect(valueNow(once, 7 * day)).toBeCloseTo(0.5);
    expect(valueNow(usedAgain(once, 7 * day), 7 * day)).toBeCloseTo(1.5);
    expect(valueNow(once, -day)).toBe(1);
    expect(valueNow(undefined, 0)).toBe(0);
  });

  it('lifts, but never a poor match above a whole one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (a, b) => {
          expect(usePoints(a)).toBeGreaterThanOrEqual(0);
          if (a < b) expect(usePoints(a)).toBeLessThanOrEqual(usePoints(b));
          expect((match('web', 'cobweb')?.score ?? 0) + usePoints(a)).toBeLessThan(
            match('web', 'web')?.score ?? 0,
          );
        },
      ),
    );
  });
});
