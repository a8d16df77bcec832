import { approveElsewhere, askElsewhere, deleteElsewhere } from '../support/request-acts.ts';
import { expectAccessible } from '../support/axe.ts';
import { expect, test } from '../support/request-test.ts';

test.describe.configure({ timeout: 120_000 });

test('cart, explanation, assuming and dropping go with the keyboard alone, without serious findings', async ({
  openFor,
  requestCluster,
}) => {
  const alice = await openFor('alice');
  const { page, requests, list } = alice;
  const { keyboard } = page;
  await alice.command('Show access requests');
  await expect(page.getByText('Nobody has asked for anything yet.')).toBeVisible();
  await expectAccessible(page, 'empty list');
  await keyboard.press('Control+1');
  await requests.switchRequestable.press('Enter');
  await list.row('prod-01').getByRole('button', { name: 'Request' }).press('Enter');
  await expect(requests.cart).toBeVisible();
  await expectAccessible(page, 'cart');
  await requests.cart.getByRole('button', { name: 'Remove prod-01' }).press('Enter');
  await expect(requests.cart).toBeHidden();
  await list.row('prod-01').getByRole('button', { name: 'More' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Explain access' }).press('Enter');
  await expect(requests.explanation).toContainText('None of your roles opens it');
  await expectAccessible(page, 'explanation');
  await keyboard.press('Escape');
  await expect(requests.explanation).toBeHidden();

  const id = askElsewhere(requestCluster, ['dba']);
  await expect(requests.row('alice asks for dba')).toHaveCount(0);
  approveElsewhere(requestCluster, id);
  await requests.notice('carol approved dba').getByRole('button', { name: 'Assume' }).press('Enter');
  await expect(requests.assumeDialog).toContainText('Roles');
  await expectAccessible(page, 'assume');
  await expect(requests.assumeDialog.getByRole('button', { name: 'Assume' })).toBeFocused();
  await keyboard.press('Enter');
  await expect(requests.assumedChip).toBeVisible();
  await requests.assumedChip.press('Enter');
  await expect(requests.assumed).toBeVisible();
  await expectAccessible(page, 'assumed');
  await requests.assumed.getByRole('button', { name: 'Show' }).press('Enter');
  await expect(requests.document).toBeVisible();
  await expectAccessible(page, 'assumed request');
  await requests.button('Drop').press('Enter');
  await expect(requests.assumedChip).toBeHidden();
  await expect(requests.button('Assume')).toBeVisible();
  deleteElsewhere(requestCluster, id);
  await expect(page.getByRole('alert').filter({ hasText: 'This request is gone' })).toBeVisible();
  await expectAccessible(page, 'gone');
});
