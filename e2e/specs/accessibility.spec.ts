import { AxeBuilder } from '@axe-core/playwright';
import { account } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('no page has a serious finding', async ({ porthole, cluster }) => {
      const { page } = porthole;
      const check = async (where: string) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(
          serious.map(({ id, nodes }) => `${where}: ${id} ${nodes.map((node) => node.html).join(' ')}`),
        ).toEqual([]);
      };
      await check('first start');
      await porthole.signIn.typeAddress(cluster.address);
      await expect(porthole.signIn.trustDialog).toBeVisible();
      await check('trust');
      await porthole.signIn.trustFile(cluster.webCaPem);
      await porthole.signIn.fill('alice', 'wrong', '1');
      await porthole.signIn.submit.click();
      await expect(porthole.signIn.problem).toBeVisible();
      await check('sign in with an error');
      await porthole.signIn.fill('alice', cluster.user.password, cluster.code());
      await porthole.signIn.submit.click();
      await expect(porthole.list.row('workbench')).toBeVisible();
      await check('list');
      await porthole.list.connect('workbench');
      await expect(porthole.list.loginMenu).toBeVisible();
      await check('login menu');
      await porthole.list.loginMenu.getByRole('menuitem', { name: account }).click();
      await porthole.shell.expectOpen();
      await check('shell');
      await porthole.shell.run('exit 3');
      await expect(porthole.shell.ended).toBeVisible();
      await check('ended shell');
      await page.keyboard.press('Control+Shift+K');
      await expect(page.getByRole('combobox')).toBeVisible();
      await check('palette');
      await page.keyboard.press('Escape');
      await porthole.switcher();
      await check('switcher');
    });
  });
}
