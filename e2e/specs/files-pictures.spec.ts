import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account } from '../support/clusters.ts';
import { inEachLook } from '../support/pictures.ts';
import { expect, test } from '../support/test.ts';

inEachLook(3, (draw) => {
  test('files', async ({ signedIn }) => {
    const { files, page } = signedIn;
    const shop = await makeServerFolder();
    const here = await makeServerFolder();
    await writeFile(join(here, 'zones.txt'), 'eu\nus\nap\n');
    await writeFile(join(here, 'report.csv'), 'id\n');
    try {
      await signedIn.list.connect('workbench', account);
      await signedIn.shell.expectOpen();
      await page.getByRole('button', { name: 'Files of the server' }).click();
      await expect(files.grid).toBeVisible();
      await files.go(shop);
      await files.row('report.csv').click();
      await files.row('zones.txt').click({ modifiers: ['Shift'] });
      await draw(page, 'files-beside');
      await files.button('More').click();
      await draw(page, 'files-menu');
      await page.keyboard.press('Escape');
      await files.row('report.csv').click();
      await files.choose('Delete');
      await expect(page.getByText('in all.')).toBeVisible();
      await draw(page, 'files-delete');
      await page.keyboard.press('Escape');
      await files.choose('Change mode');
      await draw(page, 'files-mode');
      await page.keyboard.press('Escape');
      await files.row('report.csv').dblclick();
      await expect(page.getByRole('document', { name: 'Content' })).toBeVisible();
      await draw(page, 'files-viewer');
      await page.keyboard.press('Escape');
      await files.row('report.csv').click();
      await page.keyboard.press('F2');
      await draw(page, 'files-rename');
      await page.keyboard.press('Escape');
      await files.button('Type a path').click();
      await files.path.fill('/us');
      await expect(page.getByRole('option').first()).toBeVisible();
      await draw(page, 'files-path');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      const chooser = page.waitForEvent('filechooser');
      await files.button('Upload files').click();
      await (await chooser).setFiles([join(here, 'zones.txt'), join(here, 'report.csv')]);
      await expect(page.getByRole('dialog', { name: /exists already/ })).toBeVisible();
      await draw(page, 'files-conflict');
      await page.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Keep both' }).click();
      await files.transfersChip.click();
      await expect(files.transfers.getByText('done')).toBeVisible();
      await draw(page, 'files-transfers');
      await page.keyboard.press('Escape');
      await files.button('Type a path').click();
      await files.path.fill(`${shop}/not-here`);
      await files.path.press('Enter');
      await expect(files.problem).toBeVisible();
      await draw(page, 'files-error');
      await signedIn.tab('Resources').click();
      await signedIn.list.row('workbench').getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Open files' }).click();
      const login = page.getByRole('menuitem', { name: account, exact: true });
      await expect(login.or(files.grid).first()).toBeVisible();
      if (await login.isVisible()) await login.click();
      await files.go(shop);
      await draw(page, 'files-tab');
      await files.go(`${shop}/empty`);
      await draw(page, 'files-empty');
    } finally {
      await rm(shop, { recursive: true });
      await rm(here, { recursive: true });
    }
  });
});

/** What a folder of a server may hold. */
async function makeServerFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'porthole-shop-'));
  for (const name of ['assets', 'config', 'empty', 'releases']) await mkdir(join(made, name));
  await symlink('releases', join(made, 'current'));
  await symlink('gone', join(made, 'previous'));
  const lines = Array.from({ length: 60 }, (_, at) => `${at},order-${1_000 + at},${(at * 37) % 100}.90`);
  await writeFile(join(made, 'report.csv'), ['id,order,total', ...lines].join('\n'));
  await writeFile(join(made, 'backup.sql.gz'), Buffer.alloc(4_200_000));
  await writeFile(join(made, 'deploy.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(made, 'zones.txt'), 'eu\nus\n');
  await writeFile(join(made, 'a-file-whose-name-says-everything-that-is-in-it-and-more.log'), 'x');
  return made;
}
