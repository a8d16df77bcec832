import { once } from 'node:events';
import { connect as openSocket } from 'node:net';
import type { Porthole } from '../pages/porthole.ts';
import { expectAccessible } from '../support/axe.ts';
import { runLine } from '../support/programs.ts';
import { expect, test } from '../support/tunnel-test.ts';

/** Opens the database, the web app and a port of the TCP app. */
async function openThree(porthole: Porthole): Promise<void> {
  const { list, connect, tunnel } = porthole;
  await list.connect('shop');
  await connect.choose('reader', 'postgres');
  await tunnel.expectReady('shop');
  await porthole.tab('Resources').click();
  await list.connect('wiki');
  await tunnel.expectReady('wiki');
  await porthole.tab('Resources').click();
  await list.connect('shout');
  await connect.ports.getByRole('menuitem').first().click();
  await tunnel.expectReady('shout');
}

test('all that is open shows what moves, how long certificates last, and why something failed', async ({
  withTunnels,
  tunnelCluster,
}) => {
  const { page, openList, tunnel } = withTunnels;
  await openThree(withTunnels);
  const socket = openSocket(await tunnel.port(), '127.0.0.1');
  socket.write('x'.repeat(1_000));
  await once(socket, 'data');
  const [name = ''] = await withTunnels.tab(/^shout:/).allInnerTexts();
  await withTunnels.command('Show tunnel reader@shop');
  await expect(tunnel.named('shop')).toBeVisible();
  tunnelCluster.core.lock('alice', 'incident 42');
  await runLine(`psql "${await tunnel.copied('Copy connection string')}" -c "SELECT 1"`);
  await openList.chip.click();
  const shout = openList.item(name.trim());
  await expect(shout).toContainText('1.0 kB sent, 1.0 kB received');
  await expect(shout.getByRole('img')).toHaveAccessibleName(/^Traffic of the last 60 seconds/);
  await expect(shout).toContainText(/ready · certificate 1[12] h/);
  const shop = openList.item('reader@shop');
  await expect(shop).toContainText('closed the connection to the database shop');
  await expect(shop).toContainText('may be locked');
  await expect(openList.item('wiki').getByRole('img')).toHaveAccessibleName(/^Nothing moved/);
  await expectAccessible(page, 'open list with an error');
  socket.destroy();
});

test('with the keyboard alone one tunnel is closed, then all, and a group opens them again', async ({
  withTunnels,
}) => {
  const { page, openList } = withTunnels;
  await openThree(withTunnels);
  await openList.chip.focus();
  await page.keyboard.press('Enter');
  const tabTo = async (name: string, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    for (let i = 0; i < 30; i += 1) {
      await page.keyboard.press(key);
      const at = await page.evaluate(() => {
        const { activeElement } = document;
        const item = activeElement?.closest('li')?.getAttribute('aria-label');
        return `${item ? `${item}: ` : ''}${activeElement?.textContent || activeElement?.id}`;
      });
      if (at === name || (name === 'field' && (await openList.groupName.evaluate(isFocused)))) return;
    }
    throw new Error(`${name} cannot be reached with ${key}.`);
  };
  await tabTo('field');
  await page.keyboard.type('Morning');
  await page.keyboard.press('Enter');
  await expect(openList.item('Morning')).toContainText('3 tunnels');
  await tabTo('wiki: Close', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(openList.item('wiki')).toContainText('closed');
  await expect(openList.item('reader@shop')).toContainText('ready');
  await tabTo('Close all tunnels', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(openList.item('reader@shop')).toContainText('closed');
  await expect(openList.popup.getByRole('button', { name: 'Close all tunnels' })).toBeHidden();
  await tabTo('Morning: Open');
  await page.keyboard.press('Enter');
  for (const name of ['wiki', 'reader@shop']) await expect(openList.item(name)).not.toContainText('closed');
  await page.keyboard.press('Escape');
  await expect(openList.popup).toBeHidden();
  await expect(openList.chip).toBeFocused();
});

const isFocused = (element: Element) => element === document.activeElement;

test('a saved group is there after a restart, opens with one click, and can be removed', async ({
  withTunnels,
  restart,
}) => {
  const { openList, tunnel } = withTunnels;
  await openThree(withTunnels);
  await withTunnels.command('Show tunnel reader@shop');
  const text = await tunnel.copied('Copy connection string');
  await openList.chip.click();
  await openList.groupName.fill('  Morning "coffee" & <b>more</b> 🌅 ');
  await openList.popup.getByRole('button', { name: 'Save group' }).click();
  await openList.popup.getByRole('button', { name: 'Close all tunnels' }).click();
  await expect(openList.item('wiki')).toContainText('closed');
  await restart();
  expect((await runLine(`psql "${text}" -c "SELECT 1"`)).output).toContain('refused');
  await openList.chip.click();
  const group = openList.item('Morning "coffee" & <b>more</b> 🌅');
  await group.getByRole('button', { name: 'Open' }).click();
  await expect(openList.item('wiki')).toContainText('idle');
  expect((await runLine(`psql "${text}" -c "SELECT name FROM items"`)).output).toContain('oak plank');
  await group.getByRole('button', { name: 'Remove' }).click();
  await expect(group).toBeHidden();
  await expect(openList.item('wiki')).toContainText('idle');
});
