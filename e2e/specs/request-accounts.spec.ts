import { askElsewhere, decideElsewhere } from '../support/request-acts.ts';
import { startRequestCluster } from '../support/request-cluster.ts';
import { expect, test } from '../support/request-test.ts';

test.describe.configure({ timeout: 120_000 });

test('requests of several clusters and users are in one inbox and one list, each marked', async ({
  openFor,
  requestCluster,
}) => {
  const other = await startRequestCluster({ name: 'other.porthole' });
  try {
    const alice = await openFor('alice');
    const { requests, signIn, page } = alice;
    await alice.choose('Sign in as another user');
    await signIn.another(requestCluster.as('bob'));
    await alice.choose('Add a cluster');
    await signIn.address.fill(other.address);
    await page.getByRole('button', { name: 'Continue' }).click();
    await signIn.trustFile(other.webCaPem);
    await signIn.another(other.as('bob'));

    const mine = askElsewhere(requestCluster, ['dba']);
    await expect(requests.notice('alice asks for dba')).toBeVisible();
    decideElsewhere(requestCluster, 'carol', mine, 'deny', 'Not today');
    await expect(requests.notice('carol denied dba')).toBeVisible();
    askElsewhere(other, ['night-shift'], { user: 'erin' });
    await expect(requests.notice('erin asks for night-shift')).toBeVisible();
    await requests.inboxChip.click();
    const item = (text: string) => requests.inbox.getByRole('listitem').filter({ hasText: text });
    await expect(item('carol denied dba')).toContainText('alice on requests.porthole');
    await expect(item('erin asks for night-shift')).toContainText('bob on other.porthole');
    await page.keyboard.press('Escape');

    await alice.command('Show access requests');
    await expect(requests.row('erin asks for night-shift')).toContainText('on other.porthole');
    await expect(requests.row('erin asks for night-shift')).toContainText('for you');
    // Seen by two users of this window, it is one row: of the one who asked.
    await expect(requests.row('alice asks for dba')).toHaveCount(1);
    await expect(requests.row('alice asks for dba')).toContainText('alice (you)');
    await expect(requests.row('alice asks for dba')).toContainText('on requests.porthole');
  } finally {
    await other.stop();
  }
});

test('a link or an id leads to the request, also when it was copied by somebody else', async ({
  openFor,
  requestCluster,
}) => {
  const id = askElsewhere(requestCluster, ['dba'], { requestReason: 'Follow the link' });
  const [alice, bob] = await Promise.all([openFor('alice'), openFor('bob')]);
  await alice.command('Show access requests');
  await alice.requests.row('alice asks for dba').click();
  await alice.requests.document.getByRole('button', { name: 'Copy link' }).click();
  await expect.poll(() => alice.page.evaluate(() => navigator.clipboard.readText())).toContain(id);
  const link = await alice.page.evaluate(() => navigator.clipboard.readText());

  const open = async (text: string) => {
    await bob.page.keyboard.press('Control+Shift+K');
    await bob.page.getByRole('combobox', { name: 'Search resources, run commands' }).fill(text);
    await expect(bob.page.getByRole('option')).toHaveCount(1);
    await expect(bob.page.getByRole('option')).toContainText('bob');
    await bob.page.keyboard.press('Enter');
  };
  await open(link);
  await expect(bob.requests.document).toContainText('Follow the link');
  await expect(bob.requests.button('Approve')).toBeVisible();
  await open('01a2113c-6d82-78d2-8305-f5e34ea2577c');
  await expect(bob.page.getByRole('alert').filter({ hasText: 'This request is gone' })).toBeVisible();
});
