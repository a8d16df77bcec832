import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [214_499, '214 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_800_000, '1.8 MB'],
    [5e18, '5000 PB'],
  ])('shows %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
