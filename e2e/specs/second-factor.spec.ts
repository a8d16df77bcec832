import { findBrowser } from '../../src/main/loopback/browser-window.ts';
import { expectAccessible } from '../support/axe.ts';
import { addKey, expect, test } from '../support/key-test.ts';

test.describe.configure({ timeout: 120_000 });
test.skip(() => findBrowser() === undefined, 'Security keys need a Chromium on this machine.');

test('a security key is added, signs in, opens a shell, and is removed', async ({
  window,
  keyCluster,
  keyedApp,
}) => {
  await addKey(window, keyCluster, 'security key', 'Blue key');
  await expect(window.devices.device('Blue key')).toContainText('Security key');
  await expectAccessible(window.page, 'second factors');
  await window.devices.button('Done').click();

  await window.list.connect('workbench');
  await expect(window.prompts.secondFactor).toBeVisible();
  await expectAccessible(window.page, 'prompt');
  await window.prompts.secondFactor.getByRole('button', { name: 'Use security key' }).click();
  await window.shell.expectOpen();

  await window.choose('Sign out alice');
  await window.tab('Resources').click();
  await window.page.getByRole('button', { name: /^Sign in to / }).click();
  await window.signIn.userName.fill(keyCluster.user.name);
  await window.signIn.password.fill(keyCluster.user.password);
  await window.page.getByRole('button', { name: 'Use security key' }).click();
  await expect(window.list.grid).toBeVisible();
  expect(keyedApp.key.uses).toBe(3);

  await window.command('Second factors');
  await window.devices.button('Remove Blue key').click();
  await window.devices.device('Blue key').getByRole('button', { name: 'Remove', exact: true }).click();
  await window.prompts.secondFactor.getByRole('button', { name: 'Use security key' }).click();
  await expect(window.devices.device('Blue key')).toBeHidden();
});

test('a passkey signs in without a password', async ({ window, keyCluster }) => {
  await addKey(window, keyCluster, 'passkey', 'Laptop');
  await expect(window.devices.device('Laptop')).toContainText('Passkey');
  await window.devices.button('Done').click();
  await window.choose('Sign out alice');
  await window.page.getByRole('button', { name: /^Sign in to / }).click();
  await window.page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(window.list.grid).toBeVisible();
  await expect(window.switcherButton).toContainText('alice');
});

test('a one-time code is added with its QR code', async ({ window, keyCluster }) => {
  await window.command('Second factors');
  await window.devices.button('Add one-time code').click();
  await window.prompts.secondFactor.getByRole('textbox', { name: 'One-time code' }).fill(keyCluster.code());
  await window.prompts.secondFactor.getByRole('button', { name: 'Confirm' }).click();
  await expect(window.page.getByRole('img', { name: 'QR code for the authenticator' })).toBeVisible();
  await window.devices.name.fill('Phone');
  await window.devices.dialog.getByRole('textbox', { name: 'One-time code' }).fill('000000');
  await window.devices.button('Add').click();
  await expect(window.devices.dialog.getByRole('alert')).toBeVisible();
  await expect(window.devices.name).toHaveValue('Phone');
});

test('a key that nobody touches can be given up', async ({ window, keyCluster, keyedApp }) => {
  await addKey(window, keyCluster, 'security key', 'Blue key');
  await window.devices.button('Done').click();
  keyedApp.key.isTouched = false;
  await window.list.connect('workbench');
  await window.prompts.secondFactor.getByRole('button', { name: 'Use security key' }).click();
  await expect(window.prompts.secondFactor.getByRole('button', { name: 'Touch the key…' })).toBeVisible();
  await expect(window.prompts.secondFactor.getByRole('button', { name: 'Cancel' })).toBeEnabled();
  await window.page.keyboard.press('Escape');
  await expect(window.prompts.secondFactor).toBeHidden();
  await expect(window.shell.ended).toBeVisible();
  keyedApp.key.isTouched = true;
  await window.shell.ended.getByRole('button', { name: 'Reconnect' }).click();
  await window.prompts.secondFactor.getByRole('button', { name: 'Use security key' }).click();
  await window.shell.expectOpen();
});
