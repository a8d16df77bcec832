import { account } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

test.beforeEach(async ({ signedIn }) => {
  await signedIn.list.connect('workbench', account);
  await signedIn.shell.expectOpen();
});

test('UTF-8, colours and the size of the window reach the shell', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run('printf "gr\\303\\274n \\346\\227\\245\\346\\234\\254 %s\\n" "$TERM"; stty size');
  await shell.expectText(/grün 日本 xterm-256color/);
  const before = /(\d+) (\d+)\s*\n/.exec(await shell.text());
  await page.setViewportSize({ width: 1000, height: 700 });
  await shell.run('clear; stty size');
  await expect.poll(async () => /^(\d+) (\d+)$/m.exec(await shell.text())?.[2]).not.toBe(before?.[2]);
});

test('a program of the alternate screen comes and goes', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run('seq 1 500 | less');
  await shell.expectText(/^20$/m);
  await page.keyboard.type('q');
  await shell.run('echo back-again');
  await shell.expectText(/^back-again/m);
});

test('several lines are shown before they are pasted', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.focus();
  await page.evaluate(() => navigator.clipboard.writeText('echo one-a\necho two-b\n'));
  await page.keyboard.press('Control+Shift+V');
  const dialog = page.getByRole('dialog', { name: 'Paste 2 lines?' });
  await expect(dialog).toContainText('echo two-b');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await shell.focus();
  await page.evaluate(() => navigator.clipboard.writeText('echo one-a\necho two-b\n'));
  await page.keyboard.press('Control+Shift+V');
  await page.getByRole('button', { name: 'Paste', exact: true }).click();
  await page.keyboard.press('Enter');
  await shell.expectText(/^two-b/m);
});

test('a word is copied, and a link is opened', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run("PS1='$ '; clear; printf 'copyword\\nhttp://127.0.0.1:9/link\\n'");
  await shell.expectText(/^copyword\n/m);
  const box = await shell.terminal.locator('.xterm-screen').boundingBox();
  if (!box) throw new Error('The terminal is not drawn.');
  await page.mouse.dblclick(box.x + 20, box.y + 8);
  await page.keyboard.press('Control+Shift+C');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('copyword');
  await page.mouse.move(box.x + 30, box.y + 26);
  await page.waitForTimeout(300);
  const opened = page.context().waitForEvent('page');
  await page.mouse.click(box.x + 40, box.y + 26);
  expect((await opened).url()).toMatch(/127\.0\.0\.1:9|about:blank|chrome-error/);
});

test('find looks through the scrollback', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run('seq 1 3000; echo needle-$((3+4))-hay; seq 1 3000');
  await shell.expectText(/needle-7-hay\n1\n/);
  await shell.focus();
  await page.keyboard.press('Control+Shift+F');
  await page.getByRole('searchbox', { name: 'Find in terminal' }).fill('needle-7-hay');
  await expect(page.getByRole('search').getByRole('status')).toContainText(/1 of 1/);
  await page.keyboard.press('Escape');
});

test('the title of the shell names the tab', async ({ signedIn }) => {
  await expect(signedIn.tab(`${account}@workbench`)).toBeVisible();
  await signedIn.shell.run("PS1='$ '; PROMPT_COMMAND=; printf '\\033]0;my title\\007'");
  await expect(signedIn.tab('my title')).toBeVisible();
});

test('tabs are duplicated, moved, switched by key, and closed', async ({ signedIn }) => {
  const { page, shell, tabs } = signedIn;
  await shell.run("PS1='$ '; PROMPT_COMMAND=; printf '\\033]0;first\\007'");
  await expect(signedIn.tab('first')).toBeVisible();
  await page.keyboard.press('Control+Shift+D');
  await expect(tabs).toHaveCount(3);
  await shell.expectOpen();
  await page.keyboard.press('Control+Shift+PageUp');
  await expect(tabs.nth(2)).toHaveText(/first/);
  await page.keyboard.press('Control+1');
  await expect(signedIn.tab('Resources')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+3');
  await expect(signedIn.tab('first')).toHaveAttribute('aria-selected', 'true');
  await signedIn.command('Close tab');
  await expect(tabs).toHaveCount(2);
});

test('a page that is reloaded finds its tabs, its shell and its screen again', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run('seq 1 200; MARK=kept; echo done-counting');
  await shell.expectText(/done-counting\n/);
  await page.reload();
  await shell.expectOpen();
  await shell.expectText(/^199\n200\n/m);
  await shell.run('echo "mark is $MARK"');
  await shell.expectText(/mark is kept/);
});

test('a page that is reloaded in a flood loses nothing of it', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run(
    'for i in $(seq 1 60); do seq $((i*1000)) $((i*1000+999)); sleep 0.03; done; echo flood-is-over',
  );
  await page.waitForTimeout(500);
  await page.reload();
  await shell.expectOpen();
  await shell.expectText(/60999\nflood-is-over/);
  const lines = (await shell.text())
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number);
  for (let at = 1; at < lines.length; at += 1) expect(lines[at]).toBe((lines[at - 1] ?? 0) + 1);
});

test('an exit code is told, and Enter connects again below the old screen', async ({ signedIn }) => {
  const { shell, page } = signedIn;
  await shell.run('echo before-the-end; exit 42');
  await expect(shell.ended).toContainText('exit code 42');
  await shell.ended.getByRole('button', { name: 'Reconnect' }).click();
  await shell.expectOpen();
  await shell.run('echo after-the-end');
  await shell.expectText(/before-the-end[\s\S]*after-the-end\n/);
  await shell.run('exit 0');
  await expect(shell.ended).toContainText('The shell has ended');
  await shell.ended.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('tab')).toHaveCount(1);
});
