import { approveElsewhere, askElsewhere, deleteElsewhere } from '../support/request-acts.ts';
import { expect, test } from '../support/request-test.ts';

test.describe.configure({ timeout: 120_000 });

const minuteMs = 60_000;

test('several are assumed at once; each tells the time that is left, and goes on its own', async ({
  openFor,
  requestCluster,
}) => {
  const now = Date.now();
  for (const [role, hours] of [
    ['dba', 2],
    ['night-shift', 5],
  ] as const) {
    const end = now + (hours * 60 + 30) * minuteMs;
    approveElsewhere(
      requestCluster,
      askElsewhere(requestCluster, [role], { maxDurationMs: end, accessExpiryMs: end }),
    );
  }
  const alice = await openFor('alice');
  const { requests } = alice;
  await alice.command('Assume dba');
  await expect(requests.assumeDialog).toContainText('When it ends');
  await requests.assumeDialog.getByRole('checkbox', { name: 'night-shift' }).check();
  await expect(requests.assumeDialog).toContainText('dba, night-shift');
  // The earliest of both ends.
  await expect(requests.assumeDialog).toContainText(/Endsin 2 h \d+ min/);
  await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  await expect(requests.assumedChip).toHaveAccessibleName(/^Assumed: 2 requests 2 h \d+ min left$/);
  await requests.assumedChip.click();
  await expect(requests.assumed.getByRole('listitem', { name: 'dba' })).toContainText(/2 h \d+ min left/);
  await expect(requests.assumed.getByRole('listitem', { name: 'night-shift' })).toContainText(/\d+ min left/);
  await requests.assumed.getByRole('listitem', { name: 'dba' }).getByRole('button', { name: 'Drop' }).click();
  await expect(requests.assumed.getByRole('listitem')).toHaveCount(1);
  await expect(requests.assumedChip).toHaveAccessibleName(/^Assumed: night-shift/);
});

test('an end that comes soon is told beforehand', async ({ openFor, requestCluster }) => {
  const end = Date.now() + 8 * minuteMs;
  approveElsewhere(
    requestCluster,
    askElsewhere(requestCluster, ['dba'], { maxDurationMs: end, accessExpiryMs: end, objectExpiryMs: end }),
  );
  const alice = await openFor('alice');
  await alice.command('Assume dba');
  await expect(alice.requests.assumeDialog).toContainText('new connections use your plain certificate again');
  await alice.requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  await expect(alice.requests.notice('The access to dba ends soon')).toBeVisible();
  await expect(alice.requests.assumedChip).toHaveAttribute('data-soon', 'true');
});

test('a request for later becomes assumable by itself when its time has come', async ({
  openFor,
  requestCluster,
}) => {
  const alice = await openFor('alice');
  const { requests } = alice;
  const id = askElsewhere(requestCluster, ['dba'], { assumeStartMs: Date.now() + 15_000 });
  await alice.command('Show access requests');
  await requests.row('alice asks for dba').click();
  approveElsewhere(requestCluster, id);
  await expect(requests.state).toContainText('approved for later');
  await expect(requests.button('Assume')).toBeHidden();
  await expect(requests.notice('dba can be assumed now')).toBeVisible({ timeout: 40_000 });
  await expect(requests.state).toHaveText('approved');
  await requests.notice('dba can be assumed now').getByRole('button', { name: 'Assume' }).click();
  await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  await expect(requests.state).toContainText('assumed');
});

test('a start in the future makes it assumable by itself later', async ({ openFor }) => {
  const [alice, bob, carol] = await Promise.all([openFor('alice'), openFor('bob'), openFor('carol')]);
  await alice.command('Request access');
  await alice.requests.form.getByRole('checkbox', { name: 'night-shift' }).check();
  await alice.requests.reason.fill('Night shift');
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  const local = new Date(tomorrow.getTime() - tomorrow.getTimezoneOffset() * 60_000);
  await alice.requests.form.getByLabel(/^Start/).fill(local.toISOString().slice(0, 16));
  await alice.requests.form.getByRole('combobox', { name: 'How long' }).selectOption({ label: '2 h' });
  await alice.requests.send();
  for (const reviewer of [bob, carol]) {
    await reviewer.requests.notice('alice asks for').getByRole('button', { name: 'Show' }).click();
    await reviewer.requests.button('Approve').click();
  }
  await expect(alice.requests.state).toContainText('approved for later');
  await expect(alice.requests.decision).toContainText('It can be assumed from');
  await expect(alice.requests.button('Assume')).toBeHidden();
});

test('an assumed request that is deleted is dropped, and it says so', async ({ openFor, requestCluster }) => {
  const id = askElsewhere(requestCluster, ['dba']);
  approveElsewhere(requestCluster, id);
  const alice = await openFor('alice');
  const { requests } = alice;
  await alice.command('Assume dba');
  await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
  await expect(requests.assumedChip).toBeVisible();
  deleteElsewhere(requestCluster, id);
  await expect(requests.notice('was deleted, so its access was dropped')).toBeVisible();
  await expect(requests.assumedChip).toBeHidden();
  // The plain certificate is in use again: it opens what it opened before.
  await alice.list.connect('workbench');
  await alice.shell.expectOpen();
});
