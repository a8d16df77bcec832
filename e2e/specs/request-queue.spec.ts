import {
  askElsewhere,
  decideElsewhere,
  denyJustBefore,
  fillWithRequests,
  takeRoles,
} from '../support/request-acts.ts';
import { expect, test } from '../support/request-test.ts';

test.describe.configure({ timeout: 120_000 });

test('filters narrow the queue, and one key goes on to the next request', async ({
  openFor,
  requestCluster,
}) => {
  const denied = askElsewhere(requestCluster, ['dba'], { requestReason: 'Long over' });
  decideElsewhere(requestCluster, 'carol', denied, 'deny');
  askElsewhere(requestCluster, ['night-shift'], { requestReason: 'First in the row' });
  askElsewhere(requestCluster, [], {
    user: 'erin',
    requestReason: 'Second in the row',
    resourceIds: [
      {
        clusterName: requestCluster.name,
        kind: 'node',
        name: '00000000-0000-4000-8000-00000000a001',
        subResourceName: '',
      },
    ],
  });
  const bob = await openFor('bob');
  const { requests, page } = bob;
  await bob.command('Show access requests');
  await expect(requests.rows).toHaveCount(3);
  await expect(requests.rows.first()).toContainText('erin');
  const only = async (text: string) => {
    await expect(requests.rows).toHaveCount(1);
    await expect(requests.rows).toContainText(text);
  };
  await requests.scope('Waits for me').click();
  await expect(requests.rows).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Requester' }).fill('ERIN');
  await only('Second in the row');
  await page.getByRole('textbox', { name: 'Requester' }).fill('');
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('Roles');
  await only('First in the row');
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('Roles and resources');
  await requests.search.fill('row second');
  await only('Second in the row');
  await requests.search.fill('');
  await requests.scope('All').click();
  await page.getByRole('combobox', { name: 'State' }).selectOption('Denied');
  await only('Long over');
  await page.getByRole('combobox', { name: 'State' }).selectOption('Every state');

  await requests.row(/^erin asks for/).click();
  await requests.button('Approve').click();
  await expect(requests.votes).toContainText('You approved');
  await page.keyboard.press('n');
  await expect(requests.document).toContainText('First in the row');
  // In a field the key is a letter.
  const reason = requests.decision.getByRole('textbox', { name: 'Reason' });
  await reason.fill('');
  await reason.press('n');
  await expect(reason).toHaveValue('n');
  await expect(requests.document).toContainText('First in the row');
  await requests.button('Deny').click();
  await expect(requests.state).toContainText('denied');
  await expect(requests.button('Next request')).toBeHidden();
  await bob.command('Show access requests');
  await requests.scope('Reviewed by me').click();
  await expect(requests.rows).toHaveCount(2);
  await requests.scope('Mine').click();
  await expect(page.getByText('No request matches.')).toBeVisible();
});

test('whoever decides second is told who was first', async ({ openFor, requestCluster }) => {
  askElsewhere(requestCluster, ['dba']);
  const { requests } = await openFor('bob');
  await requests.notice('alice asks for dba').getByRole('button', { name: 'Show' }).click();
  await requests.decision.getByRole('textbox', { name: 'Reason' }).fill('Fine with me');
  denyJustBefore(requestCluster, 'carol', 'bob');
  await requests.button('Approve').click();
  await expect(requests.decision.getByRole('alert')).toContainText('decided');
  await expect(requests.state).toContainText('denied');
  await expect(requests.votes).toContainText('carol denied');
  await expect(requests.votes).toContainText('Too risky');
  await expect(requests.votes.getByRole('listitem')).toHaveCount(1);
  await expect(requests.button('Approve')).toBeHidden();
});

test('a reviewer who has lost the role meanwhile is told in place', async ({ openFor, requestCluster }) => {
  askElsewhere(requestCluster, ['dba']);
  const { requests } = await openFor('bob');
  await requests.notice('alice asks for dba').getByRole('button', { name: 'Show' }).click();
  await requests.decision.getByRole('textbox', { name: 'Reason' }).fill('Fine with me');
  takeRoles(requestCluster, 'bob');
  await requests.button('Approve').click();
  await expect(requests.decision.getByRole('alert')).toBeVisible();
  await expect(requests.button('Approve')).toBeHidden();
  await expect(requests.state).toContainText('0 of 2 approvals');
});

test('a thousand requests: newest first, found, and reached with the keyboard', async ({
  openFor,
  requestCluster,
}) => {
  fillWithRequests(requestCluster, 1_000);
  const bob = await openFor('bob');
  await bob.command('Show access requests');
  await expect(bob.requests.grid.getByRole('row').nth(1)).toContainText('ticket-0999');
  await bob.requests.grid.getByRole('row').nth(1).focus();
  await bob.page.keyboard.press('End');
  await expect(bob.requests.grid.getByRole('row').last()).toContainText(/ticket-0[0-9]{3}/);
  await expect
    .poll(async () => {
      await bob.page.keyboard.press('End');
      return bob.requests.grid.getByRole('row').last().textContent();
    })
    // The oldest ones were made within the same moment.
    .toMatch(/ticket-000\d/);
  expect(await bob.requests.grid.getByRole('row').count()).toBeLessThan(60);
  await bob.requests.search.fill('ticket-0417');
  await expect(bob.requests.grid.getByRole('row')).toHaveCount(2);
  await expect(bob.requests.grid.getByRole('row').last()).toContainText('ticket-0417');
  await bob.requests.search.fill('no such ticket');
  await expect(bob.page.getByText('No request matches.')).toBeVisible();
  await bob.page.getByRole('button', { name: 'Show all requests' }).click();
  await expect(bob.requests.grid.getByRole('row').nth(1)).toContainText('ticket-0999');
});
