import { account } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

for (const isOn of [true, false]) {
  test(`a lost connection is ${isOn ? 'opened again when its tab comes to the front' : 'left alone where the settings say so'}`, async ({
    signedIn,
    cluster,
  }) => {
    if (!isOn) {
      await signedIn.settings.open();
      await signedIn.settings.search.fill('reconnect');
      await signedIn.settings.switch('Reconnect by itself').click();
      await signedIn.tab('Resources').click();
    }
    await signedIn.list.connect('workbench', account);
    await signedIn.shell.expectOpen();
    await signedIn.shell.run('echo was-$((40+2))');
    await signedIn.shell.expectText(/was-42/);
    await cluster.suspend();
    await expect(signedIn.shell.ended).toContainText('connection was lost');
    await signedIn.tab('Resources').click();
    await cluster.resume();
    await signedIn.page.keyboard.press(isOn ? 'Control+2' : 'Control+3');
    if (isOn) {
      await signedIn.shell.expectOpen();
      await signedIn.shell.expectText(/was-42/);
      await signedIn.shell.run('echo back-$((40+3))');
      await signedIn.shell.expectText(/back-43/);
    } else {
      await expect(signedIn.shell.ended.getByRole('button', { name: 'Reconnect' })).toBeVisible();
      await signedIn.page.waitForTimeout(500);
      await expect(signedIn.shell.ended).toContainText('connection was lost');
    }
  });
}
