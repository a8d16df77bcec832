import { approveElsewhere, newestOf } from '../support/request-acts.ts';
import { expect, test } from '../support/request-test.ts';
import type { Porthole } from '../pages/porthole.ts';

test.describe.configure({ timeout: 120_000 });

async function explain({ list, page, requests }: Porthole, name: string): Promise<void> {
  await list.row(name).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Explain access' }).click();
  await expect(requests.explanation).toBeVisible();
}

test('an explanation offers what helps next: ask, follow, assume', async ({ openFor, requestCluster }) => {
  const alice = await openFor('alice');
  const { requests, page } = alice;
  const offer = (name: string) => requests.explanation.getByRole('button', { name, exact: true });
  await requests.switchRequestable.click();
  await explain(alice, 'workbench');
  await expect(requests.explanation).toContainText('Nothing known stands in the way.');
  await expect(offer('Request access')).toBeHidden();
  await page.keyboard.press('Escape');

  await explain(alice, 'prod-01');
  await expect(requests.explanation).toContainText('None of your roles opens it');
  await offer('Request access').click();
  await expect(requests.form).toContainText('prod-01');
  await requests.reason.fill('Restart it');
  await requests.send();

  await alice.tab('Resources').click();
  await explain(alice, 'prod-01');
  await expect(offer('Request access')).toBeHidden();
  await offer('Show the request').click();
  await expect(requests.document).toContainText('Restart it');

  approveElsewhere(requestCluster, newestOf(requestCluster));
  await expect(requests.state).toHaveText('approved');
  await alice.tab('Resources').click();
  await explain(alice, 'prod-01');
  await expect(requests.explanation).toContainText('was approved and is not assumed');
  await offer('Assume').click();
  await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  await expect(requests.assumedChip).toBeVisible();
  await expect(alice.list.row('prod-01').getByRole('button', { name: 'Connect' })).toBeVisible();
});
