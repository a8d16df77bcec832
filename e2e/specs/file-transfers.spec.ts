import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectAccessible } from '../support/axe.ts';
import { account } from '../support/clusters.ts';
import { test } from '../support/files-test.ts';
import { expect } from '../support/test.ts';

test.beforeEach(async ({ signedIn }) => {
  await signedIn.list.connect('workbench', account);
  await signedIn.shell.expectOpen();
});

test('files are uploaded, a conflict is asked about, and a failure is none', async ({ signedIn, folder }) => {
  const { files, page } = signedIn;
  const here = mkdtempSync(join(tmpdir(), 'porthole-here-'));
  writeFileSync(join(here, 'notes.txt'), 'from here\n');
  writeFileSync(join(here, 'large.bin'), randomBytes(20_000_000));
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  const chooser = page.waitForEvent('filechooser');
  await files.button('Upload files').click();
  await (await chooser).setFiles([join(here, 'large.bin'), join(here, 'notes.txt')]);
  const question = page.getByRole('dialog', { name: 'notes.txt exists already' });
  await expect(question).toBeVisible();
  await expectAccessible(page, 'conflict');
  await question.getByRole('button', { name: 'Keep both' }).click();
  await expect(files.row('large.bin')).toBeVisible({ timeout: 40_000 });
  await files.transfersChip.click();
  await expect(files.transfer('large.bin and 1 more')).toContainText('done');
  await expectAccessible(page, 'transfers');
  await page.getByRole('button', { name: 'Clear ended' }).click();
  await expect(files.transfersChip).toBeHidden();
  expect(readFileSync(join(folder, 'large.bin')).equals(readFileSync(join(here, 'large.bin')))).toBe(true);
  expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toContain('first line');
  const copies = readdirSync(folder).filter((name) => name.startsWith('notes') && name !== 'notes.txt');
  expect(copies).toHaveLength(1);
  expect(readFileSync(join(folder, copies[0] ?? ''), 'utf8')).toBe('from here\n');
  rmSync(here, { recursive: true });
});

test('a folder is uploaded with all that is in it', async ({ signedIn, folder }) => {
  const { files, page } = signedIn;
  const here = mkdtempSync(join(tmpdir(), 'porthole-here-'));
  mkdirSync(join(here, 'tree/a/b'), { recursive: true });
  writeFileSync(join(here, 'tree/a/b/deep.txt'), 'deep');
  writeFileSync(join(here, 'tree/top.txt'), 'top');
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  const chooser = page.waitForEvent('filechooser');
  await files.button('Upload folder').click();
  await (await chooser).setFiles(join(here, 'tree'));
  await expect(files.row('tree')).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(/^Uploaded tree /)).toBeVisible();
  expect(readFileSync(join(folder, 'tree/a/b/deep.txt'), 'utf8')).toBe('deep');
  expect(readFileSync(join(folder, 'tree/top.txt'), 'utf8')).toBe('top');
  rmSync(here, { recursive: true });
});

test('a file is downloaded as it is, and a folder into the chosen one', async ({ signedIn, folder }) => {
  const { files, page } = signedIn;
  const bytes = randomBytes(3_000_000);
  writeFileSync(join(folder, 'down.bin'), bytes);
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  await files.row('down.bin').click();
  const download = page.waitForEvent('download');
  await files.button('Download').click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('down.bin');
  expect(readFileSync(await saved.path()).equals(bytes)).toBe(true);
  // The browser's dialog cannot be driven; a folder of the same kind, in its own file system, stands for the chosen one.
  await page.evaluate(() =>
    Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() }),
  );
  await files.row('sub').click();
  await files.button('Download').click();
  await expect(page.getByText(/^Downloaded sub /)).toBeVisible();
  const text = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const deeper = await (await root.getDirectoryHandle('sub')).getDirectoryHandle('deeper');
    return (await (await deeper.getFileHandle('end.txt')).getFile()).text();
  });
  expect(text).toBe('the end');
});

test('a transfer is paused, goes on, and outlives its tab', async ({ signedIn, folder }) => {
  const { files, page } = signedIn;
  const here = mkdtempSync(join(tmpdir(), 'porthole-here-'));
  const bytes = randomBytes(30_000_000);
  // The page hands its bytes over slowly, so that there is something to pause.
  await page.route('**/files/parts/*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue();
  });
  writeFileSync(join(here, 'big.bin'), bytes);
  await page.getByRole('button', { name: 'Files of the server' }).click();
  await files.go(folder);
  const chooser = page.waitForEvent('filechooser');
  await files.button('Upload files').click();
  await (await chooser).setFiles(join(here, 'big.bin'));
  await files.transfersChip.click();
  const big = files.transfer('big.bin');
  await big.getByRole('button', { name: 'Pause' }).click();
  await expect(big).toContainText('paused');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+W');
  const question = page.getByRole('dialog', { name: 'A transfer is under way' });
  await question.getByRole('button', { name: 'Go on in the background' }).click();
  await expect(signedIn.tab(/workbench/)).toBeHidden();
  await files.transfersChip.click();
  await big.getByRole('button', { name: 'Resume' }).click();
  await expect(big).toContainText('done', { timeout: 50_000 });
  expect(readFileSync(join(folder, 'big.bin')).equals(bytes)).toBe(true);
  rmSync(here, { recursive: true });
});
