import { Porthole } from '../pages/porthole.ts';
import { approveElsewhere, askElsewhere, decideElsewhere } from '../support/request-acts.ts';
import { expect, test } from '../support/request-test.ts';

test.describe.configure({ timeout: 120_000 });

test('a proxy that restarts is told, and what was decided meanwhile arrives once', async ({
  openFor,
  requestCluster,
}) => {
  const id = askElsewhere(requestCluster, ['dba']);
  const alice = await openFor('alice');
  const { requests } = alice;
  await alice.command('Show access requests');
  await expect(requests.changes).toHaveText('live');
  await expect(requests.row('alice asks for dba')).toContainText('0 of 2 approvals');
  await requestCluster.suspend();
  await expect(requests.changes).toContainText('not live, checked now and then');
  await expect(requests.row('alice asks for dba')).toBeVisible();
  approveElsewhere(requestCluster, id);
  await requestCluster.resume();
  await expect(requests.row('alice asks for dba')).toContainText('approved', { timeout: 40_000 });
  await expect(requests.changes).toHaveText('live', { timeout: 40_000 });
  await expect(requests.notice('carol approved dba')).toHaveCount(1);
  await expect(requests.inboxChip).toHaveAccessibleName('Inbox of requests: 1 unread');
});

test('a queue that may not be watched is checked now and then, and it says so', async ({
  openFor,
  requestCluster,
}) => {
  const dora = await openFor('dora');
  const { requests } = dora;
  await dora.command('Show access requests');
  await expect(requests.changes).toContainText('not live, checked now and then');
  await expect(requests.changes).toHaveAttribute('title', /may review requests but not watch them/);
  askElsewhere(requestCluster, ['dba']);
  await expect(requests.row('alice asks for dba')).toBeVisible({ timeout: 40_000 });
  await expect(requests.notice('alice asks for dba')).toBeVisible();
});

test('two windows of one user show the same, and tell nothing twice', async ({ openFor, requestCluster }) => {
  const alice = await openFor('alice');
  const page = await alice.page.context().newPage();
  const other = new Porthole(page);
  await other.open(new URL(alice.app.address).origin);
  await alice.requests.switchRequestable.click();
  await alice.list.row('prod-01').getByRole('button', { name: 'Request' }).click();
  await expect(other.requests.cart.getByRole('listitem')).toHaveText(['prod-01']);
  await other.requests.cart.getByRole('button', { name: 'Empty' }).click();
  await expect(alice.requests.cart).toBeHidden();

  const id = askElsewhere(requestCluster, ['dba']);
  await alice.command('Show access requests');
  await expect(alice.requests.row('alice asks for dba')).toBeVisible();
  decideElsewhere(requestCluster, 'bob', id, 'approve');
  decideElsewhere(requestCluster, 'carol', id, 'approve');
  for (const { requests } of [alice, other]) {
    await expect(requests.inboxChip).toHaveAccessibleName('Inbox of requests: 1 unread');
    await expect(requests.notice('carol approved dba')).toBeVisible();
  }
  await other.requests.notice('carol approved dba').getByRole('button', { name: 'Assume' }).click();
  await expect(alice.requests.notice('carol approved dba')).toBeHidden();
  await expect(alice.requests.inboxChip).toHaveAccessibleName('Inbox of requests');
  await other.requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  for (const { requests } of [alice, other]) await expect(requests.assumedChip).toBeVisible();
  await alice.requests.assumedChip.click();
  await alice.requests.assumed.getByRole('button', { name: 'Drop' }).click();
  for (const { requests } of [alice, other]) await expect(requests.assumedChip).toBeHidden();
});

test('what one decides oneself is not announced to oneself, on either machine', async ({
  openFor,
  requestCluster,
}) => {
  const [first, second] = await Promise.all([openFor('bob'), openFor('bob')]);
  askElsewhere(requestCluster, ['dba']);
  for (const { requests } of [first, second])
    await expect(requests.notice('alice asks for dba')).toBeVisible();
  await first.requests.notice('alice asks for dba').getByRole('button', { name: 'Show' }).click();
  await first.requests.button('Approve').click();
  await expect(first.requests.votes).toContainText('You approved');
  for (const { requests } of [first, second]) {
    await expect(requests.notice('alice asks for dba')).toBeHidden();
    await expect(requests.inboxChip).toHaveAccessibleName('Inbox of requests');
  }
});

test('a request that is deleted while it is open says so, and what it was', async ({ openFor }) => {
  const [alice, bob] = await Promise.all([openFor('alice'), openFor('bob')]);
  await alice.command('Request access');
  await alice.requests.askForRoles(['dba'], 'Look at slow queries');
  await bob.requests.notice('alice asks for dba').getByRole('button', { name: 'Show' }).click();
  await expect(bob.requests.document).toContainText('Look at slow queries');
  await alice.requests.button('Delete request').click();
  for (const one of [alice, bob]) {
    await expect(one.page.getByRole('alert').filter({ hasText: 'This request is gone' })).toBeVisible();
    await expect(one.requests.document).toContainText('Look at slow queries');
  }
  await expect(bob.requests.inboxChip).toHaveAccessibleName('Inbox of requests');
});
