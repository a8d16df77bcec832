import { hostname } from 'node:os';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { runLine } from '../support/programs.ts';
import { expect, test } from '../support/test.ts';

test('a person who has just started it is in a shell after the demo login', async ({ page }) => {
  const app = await startApp({ args: [] });
  try {
    const porthole = new Porthole(page);
    await porthole.open(app.address);
    await porthole.tryDemo();
    await porthole.list.connect(hostname());
    await porthole.shell.expectOpen();
    await porthole.shell.run('echo "two and two is $((2+2))"');
    await porthole.shell.expectText(/two and two is 4/);
    await expect(porthole.status).toContainText('connected');
    await expect(porthole.status).toContainText(/certificate 11 h/);
  } finally {
    await app.cleanUp();
  }
});

test('the keyboard alone is enough: from the first page to a shell and back', async ({ page }) => {
  const app = await startApp({ args: [] });
  try {
    const porthole = new Porthole(page);
    await porthole.open(app.address);
    const demo = page.getByRole('button', { name: 'Try the demo cluster' });
    for (let i = 0; i < 10 && !(await demo.evaluate((element) => element === document.activeElement)); i += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(porthole.list.grid).toBeVisible();
    await page.keyboard.press('/');
    await expect(porthole.list.search).toBeFocused();
    await page.keyboard.type(hostname());
    await expect(porthole.list.rows).toHaveCount(1);
    await page.keyboard.press('ArrowDown');
    await expect(porthole.list.row(hostname())).toBeFocused();
    await page.keyboard.press('Enter');
    await porthole.shell.expectOpen();
    await page.keyboard.type('exit 7');
    await page.keyboard.press('Enter');
    await expect(porthole.shell.ended).toContainText('exit code 7');
    await page.keyboard.press('Enter');
    await porthole.shell.expectOpen();
    await page.keyboard.press('Control+Shift+W');
    await expect(porthole.tabs).toHaveCount(1);
  } finally {
    await app.cleanUp();
  }
});

test('a person who has just started it has rows in psql and pods in kubectl', async ({ page }) => {
  const app = await startApp({ args: [] });
  try {
    const porthole = new Porthole(page);
    const { list, connect, tunnel, shell } = porthole;
    await porthole.open(app.address);
    await porthole.tryDemo();
    await list.connect('orders');
    await expect(connect.user).toBeFocused();
    await page.keyboard.press('Enter');
    await tunnel.expectReady('orders');
    const psql = await tunnel.copied('Copy command');
    expect((await runLine(`${psql} -c "SELECT name FROM customers"`)).output).toContain('Björn Lund');
    await porthole.tab('Resources').click();
    await list.connect('workshop');
    await tunnel.expectReady('workshop');
    await tunnel.button('Run').click();
    await shell.expectText(/demo\s+web-1\s+1\/1\s+Running/);
  } finally {
    await app.cleanUp();
  }
});
