import { hostname } from 'node:os';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
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
