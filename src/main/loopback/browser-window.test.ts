import { describe, expect, it } from 'vitest';
import { windowArguments } from './browser-window.ts';

describe('the window of the loopback host', () => {
  it('is as large as it was, and where it was when that is known', () => {
    expect(windowArguments({ width: 1280, height: 800, isMaximized: false })).toEqual([
      '--window-size=1280,800',
    ]);
    expect(windowArguments({ x: -20, y: 40, width: 900, height: 600, isMaximized: false })).toEqual([
      '--window-size=900,600',
      '--window-position=-20,40',
    ]);
  });
});
