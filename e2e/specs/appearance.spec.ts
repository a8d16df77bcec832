import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const rowHeight = (page: Page) =>
  page
    .getByRole('row')
    .nth(1)
    .evaluate((row) => row.getBoundingClientRect().height);
/** What xterm's grid is made of: the size of its text, and the colour behind it. */
const terminalLook = (page: Page) =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll<HTMLElement>('.xterm')].find((one) => one.offsetParent);
    const rows = shown?.querySelector('.xterm-rows') ?? shown;
    const style = rows ? getComputedStyle(rows) : undefined;
    const scrollable = shown?.querySelector('.xterm-scrollable-element');
    return {
      fontSize: style?.fontSize ?? '',
      ground: scrollable ? getComputedStyle(scrollable).backgroundColor : '',
    };
  });

test('the theme changes at once, and the next start begins with it', async ({ porthole, page }) => {
  const { settings } = porthole;
  await settings.open();
  await settings.choice('Theme').selectOption('Light');
  await expect.poll(() => ground(page)).toMatch(/^oklch\(0\.967 /);
  await settings.choice('Theme').selectOption('Dark');
  await expect.poll(() => ground(page)).toMatch(/^oklch\(0\.165 /);
  await settings.choice('Theme').selectOption('High contrast');
  await expect.poll(() => ground(page)).toMatch(/^oklch\([01] 0 0\)/);

  await settings.choice('Theme').selectOption('Light');
  await expect.poll(() => ground(page)).toMatch(/^oklch\(0\.967 /);
  // The very first state of the document, before the app has said anything.
  await page.addInitScript(() => {
    document.addEventListener('DOMContentLoaded', () => {
      (window as { firstTheme?: string }).firstTheme = document.documentElement.dataset['theme'] ?? '';
    });
  });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.reload();
  await expect(porthole.status).toBeVisible();
  expect(await page.evaluate(() => (window as { firstTheme?: string }).firstTheme)).toBe('light');
});

test('as the system follows the system while the window is open', async ({ porthole, page }) => {
  await expect(porthole.status).toBeVisible();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => ground(page)).toMatch(/^oklch\(0\.967 /);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => ground(page)).toMatch(/^oklch\(0\.165 /);
});

test('density sets the rows of the list', async ({ signedIn, page }) => {
  await expect.poll(() => rowHeight(page)).toBe(40);
  await signedIn.settings.open();
  await signedIn.settings.choice('Density').selectOption('Compact');
  await signedIn.tab('Resources').click();
  await expect.poll(() => rowHeight(page)).toBe(28);
});

test('an open terminal takes its font and its colours at once, and the preview shows them', async ({
  porthole,
  page,
}) => {
  await page.keyboard.press('Control+Shift+T');
  await porthole.shell.expectOpen();
  expect((await terminalLook(page)).fontSize).toBe('13px');
  const before = (await terminalLook(page)).ground;
  const { settings } = porthole;
  await settings.open();
  await settings.field('Terminal font size').fill('20');
  await settings.field('Terminal font size').press('Enter');
  await settings.choice('Terminal colours').selectOption('Gruvbox');
  await expect.poll(async () => (await terminalLook(page)).fontSize).toBe('20px');
  await expect.poll(async () => (await terminalLook(page)).ground).not.toBe(before);
  const preview = await terminalLook(page);
  await porthole.tabs.nth(1).click();
  await expect.poll(async () => (await terminalLook(page)).fontSize).toBe('20px');
  const after = (await terminalLook(page)).ground;
  expect(after).toBe(preview.ground);
  expect(after).not.toBe(before);
});

test.describe('in a terminal', () => {
  test.beforeEach(async ({ porthole, page }) => {
    await page.keyboard.press('Control+Shift+T');
    await porthole.shell.expectOpen();
    await porthole.shell.run('echo left-$((11111*2))-right');
    await porthole.shell.expectText(/left-22222-right/);
    await page.evaluate(() => navigator.clipboard.writeText('echo from-the-clip"board"'));
  });

  test('a right click opens a menu, or pastes where the settings say so', async ({ porthole, page }) => {
    await porthole.shell.terminal.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Paste' }).click();
    // Reading the clipboard takes a moment; a person sees the text before pressing Enter.
    await porthole.shell.expectText(/echo from-the-clip\\?"board/);
    await page.keyboard.press('Enter');
    await porthole.shell.expectText(/\nfrom-the-clipboard/);

    await porthole.settings.open();
    await porthole.settings.section('Terminal');
    await porthole.settings.choice('Right click').selectOption('Pastes');
    await porthole.tabs.nth(1).click();
    await page.evaluate(() => navigator.clipboard.writeText('echo again'));
    await porthole.shell.terminal.click({ button: 'right' });
    await porthole.shell.expectText(/echo again/);
    await page.keyboard.press('Enter');
    await porthole.shell.expectText(/\nagain/);
  });

  test('several lines are shown before they are pasted, unless the settings say otherwise', async ({
    porthole,
    page,
  }) => {
    const question = page.getByRole('dialog', { name: 'Paste 2 lines?' });
    await page.evaluate(() => navigator.clipboard.writeText('echo a1\necho b2\n'));
    await porthole.shell.focus();
    await page.keyboard.press('Control+Shift+V');
    await expect(question).toBeVisible();
    await page.keyboard.press('Escape');
    await porthole.settings.open();
    await porthole.settings.section('Terminal');
    await porthole.settings.switch('Warn before pasting several lines').click();
    await porthole.tabs.nth(1).click();
    await porthole.shell.focus();
    await page.keyboard.press('Control+Shift+V');
    await expect(question).toBeHidden();
    await page.keyboard.press('Enter');
    await porthole.shell.expectText(/\na1[\s\S]*\nb2/);
  });

  test('what is selected is copied where the settings say so', async ({ porthole, page }) => {
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    const chooseWord = async () => {
      const rows = page.locator('.xterm-rows').filter({ visible: true });
      await rows.getByText('left-22222-right', { exact: true }).first().dblclick({ force: true });
    };
    await chooseWord();
    await page.waitForTimeout(200);
    expect(await copied()).toContain('from-the');
    await porthole.settings.open();
    await porthole.settings.section('Terminal');
    await porthole.settings.switch('Copy on select').click();
    await porthole.tabs.nth(1).click();
    await chooseWord();
    await expect.poll(copied).toBe('left-22222-right');

    await porthole.settings.open();
    await porthole.settings.section('Terminal');
    await porthole.settings.field('Word separators').fill(' -');
    await porthole.settings.field('Word separators').press('Enter');
    await porthole.tabs.nth(1).click();
    await chooseWord();
    await expect.poll(copied).toBe('22222');
  });

  test('screen readers get a live region when the settings say so', async ({ porthole, page }) => {
    const live = page.locator('.xterm-accessibility').filter({ visible: true });
    await expect(live).toHaveCount(0);
    await porthole.settings.open();
    await porthole.settings.section('Terminal');
    await porthole.settings.switch('Screen reader support').click();
    await porthole.tabs.nth(1).click();
    await expect(page.locator('.xterm-accessibility').first()).toContainText('left-22222-right');
  });
});
