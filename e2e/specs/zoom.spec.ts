import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

const heightOf = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => Math.round(element.getBoundingClientRect().height));

test('the whole window grows and shrinks by key, and the next start keeps it', async ({
  porthole,
  page,
  app,
}) => {
  const zoom = () => heightOf(page, '.top-bar').then((height) => Math.round((height / 40) * 100));
  expect(await zoom()).toBe(100);
  await page.keyboard.press('Control+=');
  await expect.poll(zoom).toBe(110);
  await page.keyboard.press('Control++');
  await expect.poll(zoom).toBe(125);
  await page.keyboard.press('Control+-');
  await expect.poll(zoom).toBe(110);
  const file = join(app.dataFolder, 'settings.json');
  await expect.poll(() => readFile(file, 'utf8')).toContain('"appearance.zoom": 110');
  await page.reload();
  await expect(porthole.status).toBeVisible();
  expect(await zoom()).toBe(110);
  await page.keyboard.press('Control+0');
  await expect.poll(zoom).toBe(100);
  expect(await readFile(file, 'utf8')).not.toContain('zoom');
  // Above a dialog too.
  await porthole.command('Show keyboard shortcuts');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Control+=');
  await expect.poll(zoom).toBe(110);
});

test('at 200 % nothing leaves the window, and menus open at what opens them', async ({ porthole, page }) => {
  await porthole.settings.open();
  await porthole.settings.field('Zoom').fill('200');
  await porthole.settings.field('Zoom').press('Enter');
  await expect.poll(() => heightOf(page, '.top-bar')).toBe(80);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await porthole.switcher();
  const button = await porthole.switcherButton.boundingBox();
  const menu = await page.getByRole('menu', { name: 'Clusters and users' }).boundingBox();
  expect(Math.abs((menu?.x ?? 0) - (button?.x ?? 0))).toBeLessThan(10);
  expect((menu?.y ?? 0) - ((button?.y ?? 0) + (button?.height ?? 0))).toBeLessThan(20);
  await page.keyboard.press('Escape');
});

test('in a terminal the pointer chooses the word below it, whatever the zoom is', async ({
  porthole,
  page,
}) => {
  await page.keyboard.press('Control+Shift+T');
  await porthole.shell.expectOpen();
  await porthole.shell.run('echo one-$((11111*2)) three');
  await porthole.shell.expectText(/one-22222/);
  await porthole.shell.focus();
  for (const step of [110, 125, 150]) {
    await page.keyboard.press('Control+=');
    await expect.poll(() => heightOf(page, '.top-bar')).toBe(Math.round(step * 0.4));
  }
  await page.evaluate(() => navigator.clipboard.writeText(''));
  const word = page.locator('.xterm-rows').filter({ visible: true }).getByText('one-22222', { exact: false });
  const box = await word.last().boundingBox();
  if (!box) throw new Error('The line is not there.');
  await page.mouse.dblclick(box.x + 20, box.y + box.height / 2);
  await page.keyboard.press('Control+Shift+C');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('one-22222');
});
