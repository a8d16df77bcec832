import { Palette } from '../pages/palette.ts';
import { account, manyServers, neighbours, nodeName, startCluster } from '../support/clusters.ts';
import { expectAccessible } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

test('everything is found in one field: resources, tabs, actions, settings', async ({ signedIn, page }) => {
  const palette = new Palette(page);
  await palette.open();
  await palette.type('workb');
  await expect(palette.chosen).toContainText('workbench');
  await expect(palette.chosen.locator('mark')).toHaveText('workb');
  await expectAccessible(page, 'palette');
  await palette.type('ocert');
  await expect(palette.options.filter({ hasText: 'workbench' })).toHaveCount(0);
  await palette.type('olt');
  await expect(palette.chosen).toContainText('Open a local terminal');
  await expect(palette.chosen).toContainText('Ctrl Shift T');
  await page.keyboard.press('Enter');
  await signedIn.shell.expectOpen();

  await page.keyboard.press('Control+Shift+k');
  await palette.type('resou');
  await expect(palette.chosen).toContainText('Resources');
  await expect(palette.chosen).toContainText('Tab');
  await page.keyboard.press('Enter');
  await expect(signedIn.list.grid).toBeVisible();

  await palette.open();
  await palette.type('scrollb');
  await expect(palette.chosen).toContainText('Scrollback');
  await page.keyboard.press('Enter');
  await expect(signedIn.settings.field('Scrollback')).toBeFocused();

  await palette.open();
  await palette.type('>workbench');
  await expect(page.getByText('Nothing matches.')).toBeVisible();
});

test('what is used comes first, also in the next start of the page', async ({ signedIn, page }) => {
  const palette = new Palette(page);
  await palette.open();
  await palette.type('show');
  await expect(palette.options.first()).not.toContainText('Show keyboard shortcuts');
  await palette.type('show keyboard');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(signedIn.status).toBeVisible();
  await palette.open();
  await palette.type('show');
  await expect(palette.options.first()).toContainText('Show keyboard shortcuts');
});

test('a server that was used is there without a word, and Enter connects', async ({ signedIn, page }) => {
  const palette = new Palette(page);
  await palette.open();
  await expect(palette.options.filter({ hasText: 'workbench' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await signedIn.list.connect(nodeName, account);
  await signedIn.shell.expectOpen();
  await page.keyboard.press('Control+1');
  // As long as the terminal has the focus, the chord is the shell's.
  await expect(signedIn.list.grid).toBeVisible();
  await expect(page.locator('.xterm-helper-textarea')).not.toBeFocused();
  await palette.open();
  await expect(palette.chosen).toContainText(`${account}@workbench`);
  await page.keyboard.press('Enter');
  await expect(signedIn.tabs).toHaveCount(3);
  await signedIn.shell.expectOpen();
});

test('the keyboard goes through all of a long list, whose rows are drawn as they come in sight', async ({
  porthole,
  page,
}) => {
  const cluster = await startCluster({ resources: [...neighbours, ...manyServers(3_000)] });
  const palette = new Palette(page);
  try {
    await porthole.signIn.complete(cluster);
    await palette.open();
    await palette.type('host');
    await expect(palette.chosen).toHaveAttribute('aria-posinset', '1');
    await expect.poll(() => palette.chosen.getAttribute('aria-setsize').then(Number)).toBeGreaterThan(90);
    expect(await palette.options.count()).toBeLessThan(40);
    await page.keyboard.press('ArrowDown');
    await expect(palette.chosen).toHaveAttribute('aria-posinset', '2');
    for (let times = 0; times < 3; times += 1) await page.keyboard.press('PageDown');
    await expect(palette.chosen).toHaveAttribute('aria-posinset', '32');
    await expect(palette.chosen).toBeInViewport();
    await page.keyboard.press('ArrowUp');
    for (let times = 0; times < 4; times += 1) await page.keyboard.press('PageUp');
    await expect(palette.chosen).toHaveAttribute('aria-posinset', '1');
    await page.keyboard.press('ArrowUp');
    await expect(palette.chosen).toBeInViewport();
    await expect(palette.chosen).toHaveAttribute(
      'aria-posinset',
      (await palette.chosen.getAttribute('aria-setsize')) ?? '',
    );
    await palette.type('h2999');
    await expect(palette.chosen).toContainText('host-002999');
    await page.keyboard.press('Escape');
    await expect(palette.field).toBeHidden();
  } finally {
    await cluster.stop();
  }
});
