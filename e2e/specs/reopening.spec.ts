import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Porthole } from '../pages/porthole.ts';
import { type AppProcess, startApp } from '../support/app-process.ts';
import { account, nodeName } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

/** Ends the process as a crash does: without a word. */
async function crash(app: AppProcess): Promise<void> {
  process.kill(app.pid, 'SIGKILL');
  await app.stop().catch(() => undefined);
}

test.describe('after a start', () => {
  test('the tabs of the last run are there, with the old screen, and go on when asked', async ({
    signedIn,
    app,
    page,
    context,
  }) => {
    await signedIn.list.connect(nodeName, account);
    await signedIn.shell.expectOpen();
    await signedIn.shell.run('echo kept-$((40+2))');
    await signedIn.shell.expectText(/\nkept-42/);
    await page.keyboard.press('Control+,');
    await expect(signedIn.settings.panel).toBeVisible();
    const before = await signedIn.tabs.allInnerTexts();
    await app.stop();
    await page.close();

    const next = await startApp({ dataFolder: app.dataFolder });
    try {
      const second = await context.newPage();
      const porthole = new Porthole(second);
      await porthole.open(next.address);
      await expect(porthole.settings.panel).toBeVisible();
      await expect(porthole.tabs).toHaveCount(before.length);
      await porthole.tabs.nth(1).click();
      await expect(porthole.shell.ended).toContainText('ran before Porthole was started');
      await porthole.shell.expectText(/kept-42/);
      await porthole.shell.ended.getByRole('button', { name: 'Reconnect' }).click();
      await porthole.shell.expectOpen();
      await porthole.shell.run('echo again-$((40+3))');
      await porthole.shell.expectText(/kept-42[\s\S]*\nagain-43/);
    } finally {
      await next.stop();
    }
  });

  test('a crash leaves the order, the files beside a terminal and their folder, and the size of the window', async ({
    signedIn,
    app,
    page,
    context,
  }) => {
    await signedIn.settings.open();
    await signedIn.tab('Resources').click();
    await signedIn.list.connect(nodeName, account);
    await signedIn.shell.expectOpen();
    await page.keyboard.press('Control+Shift+e');
    await expect(signedIn.files.grid).toBeVisible();
    await signedIn.files.go('/usr');
    await page.keyboard.press('Control+Shift+PageUp');
    await expect(signedIn.tabs.nth(1)).toContainText(nodeName);
    const before = await signedIn.tabs.allInnerTexts();
    await page.setViewportSize({ width: 1010, height: 650 });
    const window = join(app.dataFolder, 'window.json');
    await expect.poll(() => readFile(window, 'utf8').catch(() => '')).toContain('"width"');
    // Tabs are written a second after they changed.
    await page.waitForTimeout(2_000);
    await crash(app);
    await page.close();

    const next = await startApp({ dataFolder: app.dataFolder });
    try {
      const porthole = new Porthole(await context.newPage());
      await porthole.open(next.address);
      await expect(porthole.tabs).toHaveCount(before.length);
      const after = await porthole.tabs.allInnerTexts();
      // The terminal has ended; all else is as it was.
      expect(after.map((text) => text.split('\n')[0])).toEqual(before.map((text) => text.split('\n')[0]));
      await expect(porthole.files.problem).toContainText('open before Porthole was started');
      await porthole.files.button('Try again').click();
      await expect(porthole.files.here).toHaveAccessibleName('usr');
      await expect(porthole.files.row('bin')).toBeVisible();
    } finally {
      await next.stop();
    }
  });

  test('two crashes in a row are answered with a question', async ({ porthole, app, page, context }) => {
    await porthole.settings.open();
    await expect(porthole.settings.panel).toBeVisible();
    // Tabs are written a second after they changed.
    await page.waitForTimeout(2_000);
    await crash(app);
    await page.close();
    const second = await startApp({ dataFolder: app.dataFolder });
    const short = await context.newPage();
    await new Porthole(short).open(second.address);
    await expect(new Porthole(short).settings.panel).toBeVisible();
    await crash(second);
    await short.close();
    const third = await startApp({ dataFolder: app.dataFolder });
    try {
      const window = await context.newPage();
      const again = new Porthole(window);
      await window.goto(third.address);
      const question = window.getByRole('dialog', { name: 'Open the last tabs again?' });
      await expect(question).toContainText('One tab was open');
      await expect(again.settings.panel).toBeHidden();
      await question.getByRole('button', { name: 'Open them' }).press('Enter');
      await expect(again.settings.panel).toBeVisible();
    } finally {
      await third.stop();
    }
  });
});
