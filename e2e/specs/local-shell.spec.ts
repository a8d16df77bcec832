import { readlinkSync } from 'node:fs';
import { expectAccessible } from '../support/axe.ts';
import { account } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

/** The prompt of whoever runs this is unknown; a text that only an answer holds tells that the shell is there. */
test('a terminal on this machine has the environment of the cluster', async ({ signedIn, cluster }) => {
  const { shell, page } = signedIn;
  await page.keyboard.press('Control+Shift+T');
  await shell.expectOpen();
  await shell.run('echo "[$TELEPORT_CLUSTER|$TELEPORT_PROXY|$TERM_PROGRAM]"');
  await shell.expectText(
    new RegExp(`^\\[test\\.porthole\\|${cluster.address.replaceAll('.', '\\.')}\\|Porthole\\]`, 'm'),
  );
  await expect(signedIn.tabs).toHaveCount(2);
});

test('it ends with its exit code, starts again in its folder, and is duplicated there', async ({
  porthole,
}) => {
  const { shell, page } = porthole;
  await porthole.command('Open a local terminal');
  await shell.expectOpen();
  await shell.run('cd /usr/share; echo "in=$PWD="');
  await shell.expectText(/^in=\/usr\/share=/m);
  await shell.run('exit 3');
  await expect(shell.ended).toContainText('The shell ended with exit code 3.');
  await shell.ended.getByRole('button', { name: 'Start again' }).click();
  await shell.expectOpen();
  await shell.run('echo "at=$PWD="');
  await shell.expectText(/^at=\/usr\/share=/m);
  await page.keyboard.press('Control+Shift+D');
  await expect(porthole.tabs).toHaveCount(3);
  await shell.expectOpen();
  await shell.run('echo "copy=$PWD="');
  await shell.expectText(/^copy=\/usr\/share=/m);
});

test('after a restart the next terminal starts in the folder and the shell of the last one', async ({
  porthole,
  page,
  restart,
}) => {
  const { shell } = porthole;
  await page.getByRole('button', { name: 'Choose a shell' }).press('Enter');
  const menu = page.getByRole('menu', { name: 'Shells of this machine' });
  await expect(menu.getByRole('menuitem').first()).toBeVisible();
  await page.keyboard.type('sh ');
  await page.keyboard.press('Enter');
  await shell.expectOpen();
  await shell.run('cd /usr/lib');
  await shell.run('exit');
  await expect(shell.ended).toContainText('The shell has ended.');
  await page.keyboard.press('Control+Shift+W');
  await restart();
  await page.keyboard.press('Control+Shift+T');
  await shell.expectOpen();
  await shell.run('echo "in=$PWD= program=$0="');
  await shell.expectText(/^in=\/usr\/lib= program=\S*\bsh=/m);
});

test('sign-out leaves it alone, and closing its tab ends its program', async ({ signedIn }) => {
  const { shell } = signedIn;
  await signedIn.command('Open a local terminal');
  await shell.expectOpen();
  await shell.run('echo "pid=$$="');
  await shell.expectText(/^pid=\d+=/m);
  const pid = /^pid=(\d+)=/m.exec(await shell.text())?.[1];
  await signedIn.command('Sign out everywhere');
  await signedIn.tab(/sh$/).click();
  await shell.run('echo still-$((40+2))');
  await shell.expectText(/^still-42/m);
  await shell.focus();
  await signedIn.page.keyboard.press('Control+Shift+W');
  await expect(signedIn.tabs).toHaveCount(1);
  await expect
    .poll(() => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`);
      } catch {
        return 'gone';
      }
    })
    .toBe('gone');
});

test('a shell can be chosen from those of this machine', async ({ porthole }) => {
  const { page, shell } = porthole;
  await page.getByRole('button', { name: 'Choose a shell' }).click();
  const menu = page.getByRole('menu', { name: 'Shells of this machine' });
  await expect(menu.getByRole('menuitem').first()).toBeVisible();
  await expectAccessible(page, 'choice of shells');
  await menu.getByRole('menuitem', { name: /^sh / }).click();
  await shell.expectOpen();
  await shell.run('echo "program=$0="');
  await shell.expectText(/^program=\S*\bsh=/m);
  // The next one without a choice is the same.
  await page.getByRole('button', { name: 'New terminal' }).click();
  await expect(porthole.tab(/^sh\b/)).toHaveCount(2);
});

test('the chip in the top bar lists the sessions, shows one and closes one', async ({ signedIn }) => {
  const { page, list, openList } = signedIn;
  await expect(openList.chip).toBeHidden();
  await list.connect('workbench', account);
  await signedIn.shell.expectOpen();
  await expect(openList.chip).toHaveAccessibleName('Open tunnels and sessions: 1');
  await signedIn.tab('Resources').click();
  await openList.chip.click();
  const item = openList.item(`${account}@workbench`);
  await item.getByRole('button', { name: 'Show' }).click();
  await expect(signedIn.tab(`${account}@workbench`)).toHaveAttribute('aria-selected', 'true');
  await openList.chip.focus();
  await page.keyboard.press('Enter');
  await item.getByRole('button', { name: 'Close' }).click();
  await expect(signedIn.tabs).toHaveCount(1);
});
