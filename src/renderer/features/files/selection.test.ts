import { describe, expect, it } from 'vitest';
import { keepOnly, nothingSelected, select } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];

describe('a choice of files', () => {
  it('is one, several, or a range from where it began', () => {
    const one = select(nothingSelected, order, 1, 'only');
    const range = select(one, order, 3, 'range');
    expect([...range.names]).toEqual(['b', 'c', 'd']);
    expect([...select(range, order, 0, 'range').names]).toEqual(['a', 'b']);
    expect([...select(range, order, 2, 'toggle').names]).toEqual(['b', 'd']);
  });

  it('stays while the keyboard moves without it', () => {
    const moved = select(select(nothingSelected, order, 0, 'only'), order, 4, 'move');
    expect(moved.active).toBe('e');
    expect([...moved.names]).toEqual(['a']);
  });

  it('survives a refresh, without what is gone', () => {
    const range = select(select(nothingSelected, order, 0, 'only'), order, 2, 'range');
    const kept = keepOnly(range, new Set(['b', 'c', 'z']));
    expect([...kept.names]).toEqual(['b', 'c']);
    expect(kept.active).toBe('c');
    expect(kept.anchor).toBeUndefined();
  });

  it('leaves everything as it is for a row that is not there', () => {
    expect(select(nothingSelected, order, 9, 'only')).toBe(nothingSelected);
  });
});
