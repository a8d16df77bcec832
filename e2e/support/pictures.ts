import { join } from 'node:path';
import { type Page, test } from '@playwright/test';

const folder = join(import.meta.dirname, '../../screenshots');
const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
];

/** Draws what a page shows into the folder of pictures, by a name. */
export type Draw = (page: Page, name: string) => Promise<void>;

/** Defines the tests once for each size and theme, each with at most so many minutes. */
export function inEachLook(minutes: number, define: (draw: Draw) => void): void {
  for (const viewport of sizes) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test.describe(`${viewport.width}×${viewport.height} ${colorScheme}`, () => {
        test.use({ viewport, colorScheme });
        test.setTimeout(minutes * 60_000);
        define(async (page, name) => {
          await page.waitForTimeout(250);
          await page.screenshot({ path: join(folder, `${name}-${viewport.width}-${colorScheme}.png`) });
        });
      });
    }
  }
}
