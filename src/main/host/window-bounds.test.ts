import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultBounds, fitBounds, readBounds, WindowBounds } from './window-bounds.ts';

const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: 1920, y: 0, width: 1280, height: 800 },
];
const bounds = (x: number, y: number, width = 1000, height = 700): WindowBounds => ({
  x,
  y,
  width,
  height,
  isMaximized: false,
});

describe('bounds of the window', () => {
  it('stay where they are in sight, also on a second screen', () => {
    expect(fitBounds(bounds(100, 50), screens)).toEqual(bounds(100, 50));
    expect(fitBounds(bounds(2000, 20), screens)).toEqual(bounds(2000, 20));
    expect(fitBounds(bounds(-600, 50), screens)).toEqual(bounds(-600, 50));
  });

  it('lose a place that no screen shows any more, and a size that is too large', () => {
    expect(fitBounds(bounds(2000, 20), screens.slice(0, 1))).toEqual({
      width: 1000,
      height: 700,
      isMaximized: false,
    });
    expect(fitBounds(bounds(0, -500), screens)).not.toHaveProperty('x');
    expect(fitBounds(bounds(0, 0, 4000, 3000), screens)).toEqual(bounds(0, 0, 1920, 1080));
  });

  it('are the usual ones where the file is missing or damaged', () => {
    expect(readBounds({ read: () => undefined })).toEqual(defaultBounds);
    expect(readBounds({ read: () => ({ width: 'wide' }) })).toEqual(defaultBounds);
    expect(
      readBounds({
        read: () => {
          throw new Error('damaged');
        },
      }),
    ).toEqual(defaultBounds);
    expect(readBounds({ read: () => bounds(1, 2) })).toEqual(bounds(1, 2));
  });

  it('are always usable', () => {
    const number = fc.integer({ min: -100_000, max: 100_000 });
    const size = fc.integer({ min: 320, max: 20_000 });
    fc.assert(
      fc.property(number, number, size, size, (x, y, width, height) => {
        const fitted = fitBounds(bounds(x, y, width, height), screens);
        expect(WindowBounds.safeParse(fitted).success).toBe(true);
        expect(fitted.width).toBeLessThanOrEqual(1920);
      }),
    );
  });
});
