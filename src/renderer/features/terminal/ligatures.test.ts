import { describe, expect, it } from 'vitest';
import { ligatureRanges } from './ligatures.ts';

describe('ligatures', () => {
  it('joins the longest run at each place, and nothing else', () => {
    expect(ligatureRanges('a => b === c')).toEqual([
      [2, 4],
      [7, 10],
    ]);
    expect(ligatureRanges('x <!-- y')).toEqual([[2, 6]]);
    expect(ligatureRanges('plain words, 1 + 2 = 3')).toEqual([]);
  });
});
