import { z } from 'zod';
import type { JsonStore } from './host.ts';

const place = z.number().int().min(-100_000).max(100_000);

/** Where the window was, in pixels of the system; without a place the system chooses one. */
export const WindowBounds = z.object({
  x: place.optional(),
  y: place.optional(),
  width: z.number().int().min(320).max(20_000),
  height: z.number().int().min(240).max(20_000),
  isMaximized: z.boolean().default(false),
});
export type WindowBounds = z.infer<typeof WindowBounds>;

/** A part of the desktop that a screen shows. */
export interface ScreenArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const defaultBounds: WindowBounds = { width: 1280, height: 800, isMaximized: false };
/** So much of a window has to be in sight for somebody to take hold of it. */
const leastInSight = 80;

/** What is not there, or damaged, counts as never written. */
export function readBounds(store: Pick<JsonStore, 'read'>): WindowBounds {
  try {
    return WindowBounds.safeParse(store.read()).data ?? defaultBounds;
  } catch {
    return defaultBounds;
  }
}

/** The same bounds where they still fit: no larger than the screen, and nowhere out of sight. */
export function fitBounds(bounds: WindowBounds, screens: readonly ScreenArea[]): WindowBounds {
  const { x, y, isMaximized } = bounds;
  const screen = screens.find((area) => isInSight(bounds, area)) ?? screens[0];
  if (!screen) return bounds;
  const size = {
    width: Math.min(bounds.width, screen.width),
    height: Math.min(bounds.height, screen.height),
    isMaximized,
  };
  if (x === undefined || y === undefined || !isInSight(bounds, screen)) return size;
  return { x, y, ...size };
}

function isInSight(bounds: WindowBounds, area: ScreenArea): boolean {
  const { x, y, width } = bounds;
  if (x === undefined || y === undefined) return false;
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  // The bar at the top is what a window is moved by.
  return across >= leastInSight && y >= area.y - 10 && y <= area.y + area.height - leastInSight;
}
