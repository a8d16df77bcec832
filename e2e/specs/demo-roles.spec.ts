import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { expect, test } from '../support/test.ts';

test.describe.configure({ timeout: 120_000 });

test('one person plays all three roles of the demo in one window, from button to button', async ({
  page,
}) => {
  const app = await startApp({ args: [] });
  try {
    const porthole = new Porthole(page);
    const { requests, list } = porthole;
    await porthole.open(app.address);
    await page.getByRole('button', { name: 'Sign in as all of them' }).click();
    await expect(porthole.switcherButton).toContainText('demo,');
    await requests.switchRequestable.click();
    await list.row('production-01').getByRole('button', { name: 'Request' }).click();
    await requests.cart.getByRole('button', { name: 'Request access' }).click();
    await requests.reason.fill('Look at the logs');
    await requests.send();
    await requests.button('Review as robin').click();
    await requests.button('Approve').click();
    await expect(requests.votes).toContainText('You approved');
    await requests.button('Review as sasha').click();
    await requests.button('Approve').click();
    await requests.button('Assume as demo').click();
    await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
    await expect(requests.state).toHaveText('assumed');
    await requests.document.getByRole('button', { name: 'Connect to production-01' }).click();
    await porthole.shell.expectOpen();
    await porthole.shell.run('echo in $((20 + 2))');
    await porthole.shell.expectText(/in 22/);
  } finally {
    await app.cleanUp();
  }
});
