import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeySettings } from '../pages/key-settings.ts';
import { expect, test } from '../support/test.ts';

const palette = 'Search resources, run commands';

test('a command takes the keys that are pressed, at once and everywhere', async ({ porthole, page, app }) => {
  const keys = new KeySettings(page);
  await porthole.settings.open();
  await porthole.settings.section('Keys');
  await keys.search.fill('ctrl k');
  await expect(keys.rows).toHaveCount(1);
  await expect(keys.row(palette)).toContainText('Ctrl K');
  await keys.press(palette, 'Control+Alt+p');
  await expect(keys.rows).toHaveCount(0);
  await keys.search.fill('');
  await expect(keys.row(palette)).toContainText('Ctrl Alt P');
  await expect(page.getByRole('button', { name: `${palette} Ctrl Alt P`, exact: true })).toBeVisible();
  const file = join(app.dataFolder, 'settings.json');
  await expect.poll(() => readFile(file, 'utf8')).toContain('"palette": "Ctrl+Alt+P"');

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: palette })).toBeHidden();
  await page.keyboard.press('Control+Alt+p');
  await expect(page.getByRole('combobox', { name: palette })).toBeVisible();
  await page.keyboard.press('Escape');
  // Out of the search field, where it would be text.
  await page.getByRole('heading', { name: 'Keys' }).click();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toContainText('Ctrl Alt P');
  await expect(sheet).not.toContainText('Ctrl K');
  await page.keyboard.press('Escape');

  await keys.reset(palette);
  await expect(keys.row(palette)).toContainText('Ctrl K');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: palette })).toBeVisible();
});

test('keys that are taken are named, and can be taken from there', async ({ porthole, page }) => {
  const keys = new KeySettings(page);
  await porthole.settings.open();
  await porthole.settings.section('Keys');
  await keys.press('Usage data', 'Control+Shift+t');
  await expect(keys.row('Usage data')).toContainText('These keys are “Open a local terminal”.');
  await page.keyboard.press('Escape');
  await expect(keys.row('Usage data')).toContainText('No key');

  await keys.press('Usage data', 'Control+Shift+t');
  await keys.takeThem.click();
  await expect(keys.row('Usage data')).toContainText('Ctrl Shift T');
  await expect(keys.row('Open a local terminal')).toContainText('No key');
  await page.keyboard.press('Control+Shift+t');
  await expect(porthole.settings.usageSwitch).toBeVisible();
  await expect(porthole.tabs).toHaveCount(2);

  await porthole.settings.section('Keys');
  await keys.take('Ctrl Shift T', 'Usage data');
  await expect(keys.row('Usage data')).toContainText('No key');
  await keys.resetAll.click();
  await expect(keys.row('Open a local terminal')).toContainText('Ctrl Shift T');
  await expect(keys.resetAll).toBeDisabled();
  await page.keyboard.press('Control+Shift+t');
  await porthole.shell.expectOpen();
});

test('keys that lists and fields need are refused', async ({ porthole, page }) => {
  const keys = new KeySettings(page);
  await porthole.settings.open();
  await porthole.settings.section('Keys');
  await keys.press('Usage data', 'Enter');
  await expect(keys.row('Usage data')).toContainText('This key belongs to lists and fields');
  await page.keyboard.press('F8');
  await expect(keys.row('Usage data')).toContainText('F8');
});

test('the file is taken live; a wrong chord is shown with its line', async ({ porthole, page, app }) => {
  const keys = new KeySettings(page);
  await porthole.settings.open();
  await porthole.settings.section('Keys');
  const file = join(app.dataFolder, 'settings.json');
  await writeFile(file, '{ "keys": { "settings": ["F9", "Ctrl+,"], "palette": "Ctrl+," } }');
  await expect(keys.row('Open settings')).toContainText('F9');
  await expect(porthole.settings.panel).toContainText('Ctrl , is used twice');
  await writeFile(file, '{\n  "keys": {\n    "settings": "Strg+F9",\n    "fly": "F2"\n  }\n}');
  await expect(keys.row('Open settings')).toContainText('line 3');
  await expect(keys.row('Open settings')).toContainText('“Strg” is no modifier');
  await expect(keys.row('Open settings')).toContainText('Ctrl ,');
  await expect(porthole.settings.panel).toContainText('line 4: “fly”: there is no command of this name');
  await keys.reset('Open settings');
  await expect.poll(() => readFile(file, 'utf8')).not.toContain('Strg');
  expect(await readFile(file, 'utf8')).toContain('fly');
});

test('what a shell needs goes to the shell, whatever the keys are', async ({ porthole, page, app }) => {
  await writeFile(
    join(app.dataFolder, 'settings.json'),
    '{ "keys": { "local-terminal": ["Ctrl+A", "Ctrl+Shift+T"], "copy": "Ctrl+Shift+Y", "paste": "Ctrl+Shift+U" } }',
  );
  const keys = new KeySettings(page);
  await porthole.settings.open();
  await porthole.settings.section('Keys');
  await expect(keys.row('Open a local terminal')).toContainText('Ctrl A');
  await page.getByRole('heading', { name: 'Keys' }).click();
  await page.keyboard.press('Control+a');
  await porthole.shell.expectOpen();
  await porthole.shell.focus();
  await page.keyboard.type('world');
  // To the beginning of the line: Ctrl A is the shell's here.
  await page.keyboard.press('Control+a');
  await page.keyboard.type('echo hello-');
  await page.keyboard.press('Enter');
  await porthole.shell.expectText(/\nhello-world/);
  await expect(porthole.tabs).toHaveCount(3);

  await page.evaluate(() => navigator.clipboard.writeText('echo by-own-keys'));
  await porthole.shell.focus();
  await page.keyboard.press('Control+Shift+u');
  await porthole.shell.expectText(/echo by-own-keys/);
});
