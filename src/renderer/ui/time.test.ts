import { describe, expect, it } from 'vitest';
import { formatAgo, formatMoment, formatSpan } from './time.ts';

const now = Date.parse('2026-03-10T12:00:00Z');
const before = (milliseconds: number) => new Date(now - milliseconds).toISOString();

describe('spans and moments', () => {
  it.each([
    [-5, '0 s'],
    [45_000, '45 s'],
    [12 * 60_000, '12 min'],
    [3_600_000, '1 h'],
    [7 * 3_600_000 + 52 * 60_000, '7 h 52 min'],
    [3 * 86_400_000, '3 d'],
    [3 * 86_400_000 - 60_000, '2 d 23 h'],
  ])('writes %d ms as %s', (span, text) => {
    expect(formatSpan(span)).toBe(text);
  });

  it.each([
    [-1_000, 'just now'],
    [59_000, 'just now'],
    [6 * 60_000, '6 min ago'],
    [90 * 60_000, '1 h ago'],
    [5 * 86_400_000 + 7_200_000, '5 d ago'],
  ])('tells %d ms in the past as %s', (past, text) => {
    expect(formatAgo(before(past), now)).toBe(text);
  });

  it('names the day only when it is another one', () => {
    expect(formatMoment(before(0), now)).toMatch(/^\d\d:\d\d$/);
    expect(formatMoment(before(5 * 86_400_000), now)).toMatch(/^5 Mar,? /);
  });
});
