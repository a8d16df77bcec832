import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAccessible } from '../support/axe.ts';
import { account } from '../support/clusters.ts';
import { test } from '../support/files-test.ts';
import { expect } from '../support/test.ts';

test.beforeEach(async ({ signedIn }) => {
  await signedIn.list.connect('workbench', account);
  await signedIn.shell.expectOpen();
});

test('files stand beside the terminal, and the keyboard alone reaches them', async ({ signedIn, folder }) => {
  const { files, page, shell } = signedIn;
  await shell.focus();
  await page.keyboard.press('Control+Shift+E');
  await expect(files.grid).toBeFocused();
  await page.keyboard.press('Control+l');
  await expect(files.path).toBeFocused();
  await files.path.fill(`${folder}/s`);
  await expect(page.getByRole('option', { name: `${folder}/sub` })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(files.path).toHaveValue(`${folder}/sub/`);
  await page.keyboard.press('Enter');
  await expect(files.row('deeper')).toBeVisible();
  await files.focus();
  await page.keyboard.press('Backspace');
  await expect(files.row('notes.txt')).toBeVisible();
  // Typing filters; Enter opens what is left.
  await page.keyboard.type('deep');
  await expect(page.getByText('Nothing matches.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(files.grid).toBeFocused();
  await page.keyboard.type('sub');
  await page.keyboard.press('Enter');
  await expect(files.row('deeper')).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(files.row('notes.txt')).toBeVisible();
  await page.keyboard.press('Control+Shift+E');
  await expect(files.region).toBeHidden();
  await expect(shell.terminal.locator('textarea')).toBeFocused();
});

test('names, links, times and modes are shown as they are', async ({ signedIn, folder }) => {
  const { files, page } = signedIn;
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  await expect(files.row('two␊lines')).toBeVisible();
  await expect(files.row('bad-\uFFFD')).toBeVisible();
  await expect(files.row('link')).toContainText('→ sub');
  await expect(files.row('broken')).toContainText('broken link');
  await expect(files.row('.hidden')).toBeHidden();
  await files.button('Show hidden files').click();
  await expect(files.row('.hidden')).toBeVisible();
  await files.button('Show hidden files').click();
  await expect(files.row('.hidden')).toBeHidden();
  const names = () => files.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')));
  expect(await names()).toEqual([
    'link',
    'sub',
    'b9.log',
    'b10.log',
    'bad-\uFFFD',
    'broken',
    'notes.txt',
    'two␊lines',
  ]);
  await files.grid.getByRole('button', { name: 'Size' }).click();
  await files.grid.getByRole('button', { name: 'Size' }).click();
  await expect.poll(async () => (await names()).slice(2, 4)).toEqual(['b9.log', 'notes.txt']);
  await expectAccessible(page, 'files beside a terminal');
});

test('a choice survives a refresh; ranges by keyboard and mouse', async ({ signedIn, folder }) => {
  const { files, page } = signedIn;
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  await files.row('b9.log').click();
  await files.row('bad-\uFFFD').click({ modifiers: ['Shift'] });
  await expect(files.selected).toHaveCount(3);
  await page.keyboard.press('Shift+ArrowUp');
  await expect(files.selected).toHaveCount(2);
  writeFileSync(join(folder, 'b9b.log'), '');
  await page.keyboard.press('F5');
  await expect(files.row('b9b.log')).toBeVisible();
  await expect(files.selected).toHaveCount(2);
  await expect(files.grid).toBeFocused();
  await page.keyboard.press('Control+a');
  await expect(files.selected).toHaveCount(9);
});

test('folders are made, things are renamed, given a mode, and deleted after a count', async ({
  signedIn,
  folder,
}) => {
  const { files, page } = signedIn;
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  await files.button('New folder').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('sub');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('made here');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(files.row('made here')).toBeVisible();
  expect(lstatSync(join(folder, 'made here')).isDirectory()).toBe(true);

  await files.row('notes.txt').click();
  await page.keyboard.press('F2');
  await page.keyboard.type('renamed');
  await page.keyboard.press('Enter');
  await expect(files.row('renamed.txt')).toBeVisible();
  expect(readFileSync(join(folder, 'renamed.txt'), 'utf8')).toContain('second line');

  await files.row('renamed.txt').click();
  await files.choose('Change mode');
  await page.getByRole('textbox', { name: 'Octal number' }).fill('640');
  await page.getByRole('group', { name: 'Others' }).getByRole('checkbox', { name: 'read' }).check();
  await expectAccessible(page, 'mode dialog');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(lstatSync(join(folder, 'renamed.txt')).mode & 0o777).toBe(0o644);

  await files.row('sub').click();
  await page.keyboard.press('Delete');
  await expect(page.getByText('1 file and 2 folders, 7 B in all.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(files.grid).toBeFocused();
  expect(existsSync(join(folder, 'sub'))).toBe(true);
  await page.keyboard.press('Delete');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(files.row('sub')).toBeHidden();
  expect(existsSync(join(folder, 'sub'))).toBe(false);
});

test('a text opens in the viewer, and a folder that is closed says so in its place', async ({
  signedIn,
  folder,
}) => {
  const { files, page } = signedIn;
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  await files.row('notes.txt').dblclick();
  await expect(page.getByRole('document', { name: 'Content' })).toContainText('second line');
  await page.keyboard.press('Escape');
  await expect(files.grid).toBeFocused();
  await files.button('Type a path').click();
  await files.path.fill(`${folder}/not-here`);
  await files.path.press('Enter');
  await expect(files.problem).toContainText('not-here');
  await files.button('Go to the home folder').click();
  await expect(files.grid).toBeVisible();
});

test('bookmarks and the shell’s folder lead to places', async ({ signedIn, folder }) => {
  const { files, page, shell } = signedIn;
  await shell.run('echo a-prompt');
  await shell.expectText(/^a-prompt/m);
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  await files.button('Bookmarks').click();
  await page.getByRole('menuitem', { name: 'Bookmark this folder' }).click();
  await files.go('/');
  await files.button('Bookmarks').click();
  await page.getByRole('menuitem', { name: folder }).click();
  await expect(files.row('notes.txt')).toBeVisible();
  await shell.run(`printf '\\033]7;file://host${folder}/sub\\033\\\\'`);
  await expect(files.button('Go to the shell’s folder')).not.toHaveAttribute('aria-disabled', 'true');
  await files.button('Go to the shell’s folder').click();
  await expect(files.row('deeper')).toBeVisible();
});

test('files open in a tab of their own, from the list', async ({ signedIn, folder }) => {
  const { files, page, list } = signedIn;
  await signedIn.tab('Resources').click();
  await list.row('workbench').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Open files' }).click();
  await page.getByRole('menuitem', { name: account, exact: true }).click();
  await expect(signedIn.tab(/^Files of .*workbench/)).toBeVisible();
  await files.go(folder);
  await expect(files.row('notes.txt')).toBeVisible();
  await expectAccessible(page, 'files in a tab');
});

test('ten thousand entries are reached from end to end, and the line between moves by keyboard', async ({
  signedIn,
  folder,
}) => {
  const { files, page } = signedIn;
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let at = 0; at < 10_000; at += 1) writeFileSync(join(many, `file-${at}`), '');
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(many);
  await expect(files.region.getByText('10,000 entries').first()).toBeVisible();
  await files.focus();
  await page.keyboard.press('End');
  await expect(files.row('file-9999')).toHaveAttribute('aria-selected', 'true');
  expect(await files.rows.count()).toBeLessThan(100);
  const line = page.getByRole('separator', { name: 'Width of the files' });
  await line.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(line).toHaveAttribute('aria-valuenow', '52');
  await page.keyboard.press('End');
  await expect(line).toHaveAttribute('aria-valuenow', '80');
});
