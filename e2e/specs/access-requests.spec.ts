import { expectAccessible } from '../support/axe.ts';
import { startApp } from '../support/app-process.ts';
import { Porthole } from '../pages/porthole.ts';
import { expect, test } from '../support/request-test.ts';

test.describe.configure({ timeout: 120_000 });

test('one asks, two decide, and the access is used, in three windows without a reload', async ({
  openFor,
}) => {
  const [alice, bob, carol] = await Promise.all([openFor('alice'), openFor('bob'), openFor('carol')]);
  await alice.requests.switchRequestable.click();
  const row = alice.list.row('prod-01');
  await row.getByRole('button', { name: 'Request' }).click();
  await expect(alice.requests.cart).toContainText('prod-01');
  await alice.requests.cart.getByRole('button', { name: 'Request access' }).click();
  await expect(alice.requests.says).toContainText('prod');
  await expect(alice.requests.says).toContainText('2 approvals');
  await expect(alice.requests.says).toContainText('A reason is missing.');
  await alice.requests.reason.fill('Restore the row, ticket OPS-4411');
  await expect(alice.requests.says).not.toContainText('A reason is missing.');
  await alice.requests.form.getByRole('button', { name: 'bob' }).click();
  await alice.requests.send();
  await expect(alice.requests.state).toContainText('0 of 2 approvals');
  await expect(alice.requests.cart).toBeHidden();

  await expect(bob.requests.inboxChip).toHaveAccessibleName('Inbox of requests: 1 unread');
  await bob.requests.notice('alice asks for').getByRole('button', { name: 'Show' }).click();
  await expect(bob.requests.document).toContainText('Restore the row, ticket OPS-4411');
  // As it is now, although no role of the reviewer opens it.
  await expect(bob.requests.document.getByRole('listitem', { name: 'prod-01' })).toContainText('env:prod');
  await bob.requests.decision.getByRole('textbox', { name: 'Reason' }).fill('checked the ticket');
  await bob.requests.button('Approve').click();
  await expect(bob.requests.votes).toContainText('You approved');
  await expect(alice.requests.state).toContainText('1 of 2 approvals');
  await expect(alice.requests.votes).toContainText('checked the ticket');

  await carol.command('Show access requests');
  await carol.requests.row(/alice asks for/).click();
  await expect(carol.requests.votes).toContainText('bob approved');
  await carol.requests.button('Approve').click();
  await expect(carol.requests.state).toContainText('approved');

  // Nothing was reloaded in the first window.
  await expect(alice.requests.state).toContainText('approved');
  await expect(alice.requests.inboxChip).toHaveAccessibleName('Inbox of requests: 1 unread');
  await alice.requests.notice('carol approved').getByRole('button', { name: 'Assume' }).click();
  await expect(alice.requests.assumeDialog).toContainText('Until you drop it');
  await alice.requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  await expect(alice.requests.state).toContainText('assumed');
  await expect(alice.requests.assumedChip).toBeVisible();
  await alice.requests.document.getByRole('button', { name: 'Connect to prod-01' }).click();
  await alice.shell.expectOpen();
  await alice.shell.run('echo open $((20 + 1))');
  await alice.shell.expectText(/open 21/);

  await alice.requests.assumedChip.click();
  await alice.requests.assumed.getByRole('button', { name: 'Drop' }).click();
  await expect(alice.requests.assumedChip).toBeHidden();
  await alice.shell.run('echo still $((40 + 2))');
  await alice.shell.expectText(/still 42/);
});

test('a denial reaches the one who asked; a late vote is told in place', async ({ openFor }) => {
  const [alice, bob, carol] = await Promise.all([openFor('alice'), openFor('bob'), openFor('carol')]);
  await alice.command('Request access');
  await alice.requests.askForRoles(['dba'], 'Look at slow queries');
  for (const reviewer of [bob, carol]) {
    await reviewer.requests.notice('alice asks for dba').getByRole('button', { name: 'Show' }).click();
    await expect(reviewer.requests.button('Deny')).toBeVisible();
  }
  await bob.requests.decision.getByRole('textbox', { name: 'Reason' }).fill('Not during the sale');
  await bob.requests.button('Deny').click();
  await expect(bob.requests.state).toContainText('denied');
  await expect(alice.requests.state).toContainText('denied');
  await expect(alice.requests.document).toContainText('Not during the sale');
  await expect(alice.requests.notice('bob denied dba')).toBeVisible();
  await expect(carol.requests.state).toContainText('denied');
  await expect(carol.requests.button('Approve')).toBeHidden();
});

test('the cart outlives a restart', async ({ openFor, browser }) => {
  const alice = await openFor('alice');
  const { app } = alice;
  await alice.requests.switchRequestable.click();
  await alice.list.row('orders').getByRole('button', { name: 'Request' }).click();
  await alice.list.row('prod-01').getByRole('button', { name: 'Request' }).click();
  await expect(alice.requests.cart.getByRole('listitem')).toHaveCount(2);
  await alice.page.close();
  await app.stop();
  const again = await startApp({ dataFolder: app.dataFolder });
  const page = await browser.newPage();
  try {
    const porthole = new Porthole(page);
    await porthole.open(again.address);
    await expect(porthole.requests.cart.getByRole('listitem')).toHaveText(['orders', 'prod-01']);
    await porthole.requests.cart.getByRole('button', { name: 'Remove orders' }).click();
    await expect(porthole.requests.cart.getByRole('listitem')).toHaveText(['prod-01']);
  } finally {
    await page.close();
    await again.stop();
  }
});

test('part of a Kubernetes cluster is asked for', async ({ openFor }) => {
  const alice = await openFor('alice');
  await alice.requests.switchRequestable.click();
  await alice.list.row('prod-eu').getByRole('button', { name: 'Request' }).click();
  await alice.requests.cart.getByRole('button', { name: 'Request access' }).click();
  const names = alice.requests.form.getByRole('textbox', { name: 'Namespaces of prod-eu' });
  await names.fill('shop, billing');
  await names.press('Enter');
  await alice.requests.reason.fill('Restart the shop');
  await alice.requests.send();
  await expect(alice.requests.document.getByRole('region', { name: 'Requested resources' })).toContainText(
    'prod-eu/shop',
  );
});

test('a reason is text, whatever it holds', async ({ openFor }) => {
  const alice = await openFor('alice');
  const reason = '<img src=x onerror="document.title=1"><b>bold</b>\nline two\nשלום עולם';
  await alice.command('Request access');
  await alice.requests.askForRoles(['dba'], reason);
  await expect(alice.requests.document.getByText('<b>bold</b>')).toBeVisible();
  expect(await alice.requests.document.locator('img, b').count()).toBe(0);
  await expect(alice.requests.document.locator('.request-text')).toHaveText(reason, { useInnerText: true });
  await alice.command('Request access');
  await alice.requests.form.getByRole('checkbox', { name: 'prod' }).check();
  await alice.requests.reason.fill('x'.repeat(100_000));
  await expect(alice.requests.says).toContainText('The reason is too long');
  await alice.requests.form.getByRole('button', { name: 'Send request' }).click();
  await expect(alice.requests.form.getByRole('alert')).toContainText('The reason is too long');
  await expect(alice.requests.reason).toHaveValue('x'.repeat(100_000));
});

test('everything goes with the keyboard alone, and without serious findings', async ({ openFor }) => {
  const [alice, bob] = await Promise.all([openFor('alice'), openFor('bob')]);
  const { page } = alice;
  await alice.command('Request access');
  await expect(alice.requests.form).toBeVisible();
  await alice.requests.reason.focus();
  await page.keyboard.type('By keyboard');
  await alice.requests.form.getByRole('checkbox', { name: 'dba' }).focus();
  await page.keyboard.press('Space');
  await expect(alice.requests.says).toContainText('2 approvals');
  await expectAccessible(page, 'form');
  await alice.requests.form.getByRole('button', { name: 'Send request' }).focus();
  await page.keyboard.press('Enter');
  await expect(alice.requests.document).toBeVisible();
  await expectAccessible(page, 'own request');

  await bob.command('Show access requests');
  await expect(bob.requests.row('alice asks for dba')).toBeVisible();
  await bob.requests.search.focus();
  await bob.page.keyboard.press('ArrowDown');
  await expect(bob.requests.row('alice asks for dba')).toBeFocused();
  await expectAccessible(bob.page, 'list');
  await bob.page.keyboard.press('Enter');
  await expect(bob.requests.document).toBeFocused();
  await expectAccessible(bob.page, 'review');
  const reason = bob.requests.decision.getByRole('textbox', { name: 'Reason' });
  while (!(await reason.evaluate((element) => element === document.activeElement)))
    await bob.page.keyboard.press('Tab');
  await bob.page.keyboard.type('fine');
  for (let step = 0; step < 3; step += 1) await bob.page.keyboard.press('Tab');
  await expect(bob.requests.button('Approve')).toBeFocused();
  await bob.page.keyboard.press('Enter');
  await expect(alice.requests.state).toContainText('1 of 2 approvals');
  await bob.requests.inboxChip.focus();
  await bob.page.keyboard.press('Enter');
  await expect(bob.requests.inbox).toBeVisible();
  await expectAccessible(bob.page, 'inbox');
  await bob.page.keyboard.press('Escape');
  await expect(bob.requests.inboxChip).toBeFocused();
});
