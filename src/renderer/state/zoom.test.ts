import { beforeEach, describe, expect, it } from 'vitest';
import { stepZoom, zoomSettled } from './zoom.ts';

describe('zoom steps', () => {
  beforeEach(zoomSettled);

  it('go on from what was asked for, before the settings have answered', () => {
    expect([stepZoom(100, 1), stepZoom(100, 1), stepZoom(110, 1)]).toEqual([110, 125, 150]);
    zoomSettled();
    expect(stepZoom(100, -1)).toBe(90);
  });

  it('end at both ends, and find the next one from between', () => {
    expect(stepZoom(300, 1)).toBe(300);
    zoomSettled();
    expect(stepZoom(50, -1)).toBe(50);
    zoomSettled();
    expect(stepZoom(133, 1)).toBe(150);
    zoomSettled();
    expect(stepZoom(133, -1)).toBe(125);
  });
});
