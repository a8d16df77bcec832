import type { Page } from '@playwright/test';
import { Palette } from '../pages/palette.ts';
import { expectAccessible } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

const sections = [
  'Appearance',
  'Terminal',
  'Keys',
  'Network',
  'Connections',
  'Notifications',
  'Usage data',
  'Advanced',
];

/** How the system of the person is set. */
const looks: { name: string; set: (page: Page) => Promise<void> }[] = [
  { name: 'as it is', set: async () => undefined },
  { name: 'high contrast of the system', set: (page) => page.emulateMedia({ forcedColors: 'active' }) },
  { name: 'reduced motion', set: (page) => page.emulateMedia({ reducedMotion: 'reduce' }) },
  { name: 'more contrast', set: (page) => page.emulateMedia({ contrast: 'more' }) },
  {
    name: '200 %',
    set: async (page) => {
      for (let times = 0; times < 5; times += 1) await page.keyboard.press('Control+=');
      await expect(page.locator('.top-bar')).toHaveCSS('zoom', '1');
      await expect
        .poll(() => page.locator('.top-bar').evaluate((bar) => bar.getBoundingClientRect().height))
        .toBe(80);
    },
  },
];

for (const { name, set } of looks) {
  test(`settings, palette, welcome and shortcuts have no serious finding: ${name}`, async ({
    porthole,
    page,
  }) => {
    test.setTimeout(120_000);
    await set(page);
    await expectAccessible(page, 'welcome');
    await porthole.settings.open();
    for (const section of sections) {
      await porthole.settings.section(section);
      await expect(
        porthole.settings.panel.getByRole('heading', { name: section, exact: true }),
      ).toBeVisible();
      await expectAccessible(page, section);
      const overflow = await page.evaluate(() => {
        const shown = document.querySelector('.settings-page');
        return shown ? shown.scrollWidth - shown.clientWidth : 0;
      });
      expect(overflow, `${section} is as wide as its page`).toBeLessThanOrEqual(1);
    }
    const palette = new Palette(page);
    await palette.open();
    await palette.type('set');
    await expect(palette.chosen).toBeVisible();
    await expectAccessible(page, 'palette');
    await page.keyboard.press('Escape');
    await porthole.command('Show keyboard shortcuts');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await expectAccessible(page, 'shortcuts');
  });
}

test('nothing moves where the person wants no motion', async ({ porthole, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await porthole.settings.open();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) =>
        getComputedStyle(element)
          .transitionDuration.split(',')
          .some((time) => parseFloat(time) > 0),
      )
      .map((element) => element.className),
  );
  expect(moving).toEqual([]);
});

test('the keyboard alone reaches and changes every kind of setting', async ({ porthole, page }) => {
  await page.keyboard.press('Control+,');
  await expect(porthole.settings.panel).toBeVisible();
  const until = async (role: string, name: string) => {
    const target = page.getByRole(role as 'button', { name, exact: true });
    for (let times = 0; times < 80; times += 1) {
      if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never came to ${name}.`);
  };
  await until('combobox', 'Theme');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
  await until('textbox', 'Terminal font size');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('16');
  await page.keyboard.press('Enter');
  await expect(porthole.settings.reset('Terminal font size')).toBeEnabled();
  await until('switch', 'Ligatures');
  await page.keyboard.press('Space');
  await expect(porthole.settings.switch('Ligatures')).toBeChecked();
  await page.keyboard.press('Control+,');
  await until('button', 'Keys');
  await page.keyboard.press('Enter');
  await until('button', 'Change keys of Open settings');
  await page.keyboard.press('Enter');
  await page.keyboard.press('F9');
  await expect(page.getByRole('listitem', { name: 'Open settings' })).toContainText('F9');
  await expect(page.getByRole('button', { name: 'Change keys of Open settings' })).toBeFocused();
});
