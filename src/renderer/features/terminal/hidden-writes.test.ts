import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HiddenWrites } from './hidden-writes.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('HiddenWrites', () => {
  it('passes on at once in front, waits out of sight, and keeps the order when it comes back', () => {
    const written: number[] = [];
    const writes = new HiddenWrites((bytes, onParsed) => {
      written.push(bytes[0] ?? 0);
      onParsed();
    });
    let parsed = 0;
    const push = (value: number) => writes.push(Uint8Array.of(value), () => (parsed += 1));
    push(1);
    writes.isHidden = true;
    push(2);
    push(3);
    expect(written).toEqual([1]);
    expect(parsed).toBe(1);
    vi.advanceTimersByTime(100);
    expect(written).toEqual([1, 2, 3]);
    push(4);
    writes.isHidden = false;
    push(5);
    expect(written).toEqual([1, 2, 3, 4, 5]);
    expect(parsed).toBe(5);
  });
});
