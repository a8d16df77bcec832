import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { makeFullFolder } from '../support/full-disk.ts';
import { expect, test } from '../support/test.ts';

test('a setting is found, takes effect, is kept in the file, and can be reset', async ({
  porthole,
  app,
  page,
}) => {
  await page.keyboard.press('Control+,');
  const { settings } = porthole;
  await settings.search.fill('font size');
  const size = settings.field('Terminal font size');
  await size.fill('7');
  await expect(settings.panel.getByRole('alert')).toBeVisible();
  await size.fill('17');
  await size.press('Enter');
  await expect(settings.reset('Terminal font size')).toBeEnabled();
  const file = join(app.dataFolder, 'settings.json');
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('"terminal.fontSize": 17');
  await settings.reset('Terminal font size').click();
  await expect(size).toHaveValue('13');
});

test('an edit of the file takes effect at once, and an error in it is shown with its line', async ({
  porthole,
  app,
}) => {
  const { settings } = porthole;
  await settings.open();
  const file = join(app.dataFolder, 'settings.json');
  await writeFile(file, '{ "appearance.density": "compact" }');
  await expect(settings.choice('Density')).toHaveValue('compact');
  await writeFile(file, '{\n  "appearance.density": "compact",\n}');
  await expect(settings.panel).toContainText('The settings file has an error in line 3.');
  await expect(settings.choice('Density')).toBeDisabled();
  await writeFile(file, '{}');
  await expect(settings.choice('Density')).toHaveValue('comfortable');
});

test('a search without an answer can be cleared by keyboard', async ({ porthole, page }) => {
  const { settings } = porthole;
  await settings.open();
  await settings.search.fill('xyzzy');
  await expect(settings.panel).toContainText('No setting matches.');
  await page.keyboard.press('Escape');
  await expect(settings.choice('Theme')).toBeVisible();
});

test('a file that nobody can mend is put aside, and the settings of before count', async ({
  porthole,
  app,
  page,
}) => {
  const { settings } = porthole;
  await settings.open();
  await settings.choice('Density').selectOption('Compact');
  await expect(settings.reset('Density')).toBeEnabled();
  await settings.choice('Theme').selectOption('Dark');
  await expect(settings.reset('Theme')).toBeEnabled();
  const file = join(app.dataFolder, 'settings.json');
  await writeFile(file, '\u0000\u0000 half a dis');
  await expect(settings.panel).toContainText('The settings file has an error in line 1.');
  await settings.panel.getByRole('button', { name: 'Put the file aside' }).click();
  await expect(page.getByText(/^The file is kept as .*damaged/)).toBeVisible();
  await expect(settings.choice('Density')).toHaveValue('compact');
  await expect(settings.choice('Density')).toBeEnabled();
  await settings.choice('Density').selectOption('Comfortable');
  await expect.poll(() => readFile(file, 'utf8')).toContain('comfortable');
});

test('a full disk is told, the change counts until the end, and all else goes on', async ({ app, page }) => {
  await app.stop();
  const folder = makeFullFolder(app.dataFolder);
  test.skip(!folder, 'This account can make no full disk.');
  if (!folder) return;
  const full = await startApp({ dataFolder: folder.path });
  try {
    const porthole = new Porthole(page);
    await porthole.open(full.address);
    await porthole.settings.open();
    await porthole.settings.choice('Density').selectOption('Compact');
    await expect(porthole.notice).toContainText('for this run only');
    await expect(porthole.settings.choice('Density')).toHaveValue('compact');
    await page.keyboard.press('Control+Shift+T');
    await porthole.shell.expectOpen();
  } finally {
    await full.stop();
    folder.cleanUp();
  }
});
