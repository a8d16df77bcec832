import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { startKeyCluster } from '../support/key-test.ts';
import { startKeyedApp } from '../support/keyed-app.ts';
import { inEachLook } from '../support/pictures.ts';
import {
  approveElsewhere,
  askElsewhere,
  decideElsewhere,
  deleteElsewhere,
  fillWithRequests,
} from '../support/request-acts.ts';
import { expect, test } from '../support/request-test.ts';

inEachLook(4, (draw) => {
  test('access requests', async ({ openFor, requestCluster }) => {
    const alice = await openFor('alice');
    const { page, requests } = alice;
    await requests.switchRequestable.click();
    await alice.list.row('prod-01').getByRole('button', { name: 'Request' }).click();
    await alice.list.row('prod-eu').getByRole('button', { name: 'Request' }).click();
    await draw(page, 'requests-cart');
    await requests.cart.getByRole('button', { name: 'Request access' }).click();
    await expect(requests.says).toContainText('A reason is missing.');
    await draw(page, 'requests-form-empty');
    await requests.reason.fill('Restore the row that the migration dropped, ticket OPS-4411');
    await requests.form.getByRole('button', { name: 'bob' }).click();
    await expect(requests.says).not.toContainText('A reason is missing.');
    await draw(page, 'requests-form');
    await requests.send();
    await draw(page, 'request-own');
    await alice.command('Request access');
    await expect(requests.form.getByRole('checkbox', { name: 'dba' })).toBeVisible();
    await draw(page, 'requests-form-roles');
    await page.keyboard.press('Escape');

    const [bob, carol] = await Promise.all([openFor('bob'), openFor('carol')]);
    await bob.command('Show access requests');
    await bob.requests.row(/alice asks for/).click();
    await expect(bob.requests.button('Approve')).toBeVisible();
    await draw(bob.page, 'request-review');
    await bob.requests.decision.getByRole('textbox', { name: 'Reason' }).fill('checked the ticket');
    await bob.requests.decision.getByRole('button', { name: 'Choose another start' }).click();
    await draw(bob.page, 'request-review-start');
    await bob.page.getByLabel('Start', { exact: true }).fill('');
    await bob.requests.button('Approve').click();
    await expect(bob.requests.votes).toContainText('You approved');
    await draw(bob.page, 'request-one-approval');
    await carol.command('Show access requests');
    await carol.requests.row(/alice asks for/).click();
    await carol.requests.button('Approve').click();
    await expect(requests.state).toContainText('approved');
    await draw(page, 'request-approved');
    await requests.inboxChip.click();
    await draw(page, 'requests-inbox');
    await page.keyboard.press('Escape');
    await requests.button('Assume').click();
    await expect(requests.assumeDialog).toContainText('Roles');
    await draw(page, 'request-assume');
    await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
    await expect(requests.state).toContainText('assumed');
    await requests.assumedChip.click();
    await draw(page, 'request-assumed');
    await page.keyboard.press('Escape');
    fillWithRequests(requestCluster, 1_000);
    await bob.command('Show access requests');
    await bob.page.reload();
    await expect(bob.requests.row(/alice asks for/).first()).toBeVisible({ timeout: 60_000 });
    await draw(bob.page, 'requests-1000');
    await bob.requests.search.fill('nothing like this');
    await expect(bob.page.getByText('No request matches.')).toBeVisible();
    await draw(bob.page, 'requests-empty');
  });

  test('states of access requests', async ({ openFor, requestCluster }) => {
    const long = 'Restore what the migration of the northern region dropped in the night. '.repeat(12);
    const rtl = 'שחזור השורה שנמחקה בהעברה, כרטיס OPS-4411\nשורה שנייה <b>text</b>';
    const denied = askElsewhere(requestCluster, ['dba'], { requestReason: rtl, user: 'erin' });
    decideElsewhere(requestCluster, 'carol', denied, 'deny', 'לא במהלך המכירה');
    const half = askElsewhere(requestCluster, ['dba', 'night-shift', 'prod'], { requestReason: long });
    decideElsewhere(requestCluster, 'bob', half, 'approve', long);
    const soon = Date.now() + 6 * 60_000;
    const ending = askElsewhere(requestCluster, ['prod'], {
      maxDurationMs: soon,
      accessExpiryMs: soon,
      objectExpiryMs: soon,
    });
    approveElsewhere(requestCluster, ending);
    const alice = await openFor('alice');
    const { page, requests } = alice;
    await alice.command('Assume prod');
    await requests.assumeDialog.getByRole('button', { name: 'Assume' }).click();
    await expect(requests.notice('ends soon')).toBeVisible();
    await alice.command('Show access requests');
    await requests.row(/^alice asks for dba/).click();
    await draw(page, 'request-partly-approved-long');
    const carol = await openFor('carol');
    await carol.command('Show access requests');
    await expect(carol.requests.rows).toHaveCount(3);
    await draw(carol.page, 'requests-states');
    await carol.requests.row(/^erin/).click();
    await expect(carol.requests.state).toHaveText('denied');
    await draw(carol.page, 'request-denied-rtl');
    await carol.command('Show access requests');
    await carol.requests.row(/^alice asks for dba/).click();
    await expect(carol.requests.button('Approve')).toBeVisible();
    deleteElsewhere(requestCluster, half);
    await expect(carol.page.getByText('This request is gone')).toBeVisible();
    await draw(carol.page, 'request-gone');
    await requestCluster.suspend();
    await carol.command('Show access requests');
    await expect(carol.requests.changes).toContainText('not live');
    await carol.requests.search.fill('again');
    await expect(carol.page.getByRole('alert').first()).toBeVisible({ timeout: 30_000 });
    await draw(carol.page, 'requests-error');
    await requestCluster.resume();
  });

  test('explanation', async ({ openFor }) => {
    const alice = await openFor('alice');
    await alice.requests.switchRequestable.click();
    await alice.list.row('prod-01').getByRole('button', { name: 'More' }).click();
    await draw(alice.page, 'requests-row-menu');
    await alice.page.getByRole('menuitem', { name: 'Explain access' }).click();
    await expect(alice.requests.explanation.getByRole('button', { name: 'Request access' })).toBeVisible();
    await draw(alice.page, 'requests-explanation');
  });

  test('users of the demo', async ({ page }) => {
    const app = await startApp({ args: [] });
    try {
      const porthole = new Porthole(page);
      await porthole.open(app.address);
      await page.getByRole('button', { name: 'Sign in as all of them' }).click();
      await expect(porthole.switcherButton).toContainText('demo,');
      await porthole.switcher();
      await draw(page, 'demo-users-switcher');
    } finally {
      await app.cleanUp();
    }
  });

  test('second factors', async ({ page }) => {
    const app = await startKeyedApp();
    const cluster = await startKeyCluster();
    const porthole = new Porthole(page);
    const { prompts, devices } = porthole;
    const confirm = async () => {
      await prompts.secondFactor.getByRole('textbox', { name: 'One-time code' }).fill(cluster.code());
      await prompts.secondFactor.getByRole('button', { name: 'Confirm' }).click();
    };
    try {
      await porthole.open(app.address);
      await porthole.signIn.complete(cluster);
      await porthole.command('Second factors');
      await devices.addKey('security key', 'Blue key');
      await expect(prompts.secondFactor).toBeVisible();
      await draw(page, 'devices-prompt');
      await confirm();
      await expect(devices.device('Blue key')).toBeVisible();
      await draw(page, 'devices');
      await devices.button('Remove Blue key').click();
      await draw(page, 'devices-remove');
      await devices.button('Keep').click();
      await devices.button('Add one-time code').click();
      await confirm();
      await expect(page.getByRole('img', { name: 'QR code for the authenticator' })).toBeVisible();
      await draw(page, 'devices-one-time-code');
      await devices.button('Cancel').click();
      await devices.button('Done').click();
      await porthole.choose('Sign in as another user');
      await expect(page.getByRole('button', { name: 'Use security key' })).toBeVisible();
      await draw(page, 'sign-in-with-keys');
    } finally {
      await app.stop();
      await cluster.stop();
    }
  });
});
