import { collectLicences } from '../../scripts/licences.mjs';
import { account } from '../support/clusters.ts';
import { expectAccessible } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

test('the log can be filtered, read in clear and copied', async ({ signedIn, page, cluster }) => {
  const { settings } = signedIn;
  await settings.open();
  await settings.section('Log');
  const list = settings.panel.getByRole('listbox', { name: 'Log' });
  const filter = settings.panel.getByRole('searchbox', { name: 'Filter the log' });
  await filter.fill('signed-in');
  await expect(list.getByRole('option')).toHaveCount(1);
  await expect(list).not.toContainText(cluster.user.name);
  await settings.switch('Show names and messages').click();
  await expect(list).toContainText(cluster.user.name);
  await settings.switch('Show names and messages').click();
  await settings.panel.getByRole('button', { name: 'Copy lines' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^\S+ info clusters signed-in account=#[0-9a-f]{8}$/);
  await filter.press('Escape');
  await settings.panel.getByRole('combobox', { name: 'Part' }).selectOption('Settings');
  await expect(list).toContainText('No line matches.');
  await settings.panel.getByRole('combobox', { name: 'Part' }).selectOption('All parts');
  await list.focus();
  await page.keyboard.press('Home');
  await expect(settings.panel.getByRole('region', { name: 'Chosen line' })).toContainText('started');
  await expectAccessible(page, 'the log');
});

test('the diagnostics tell how a cluster is reached, and the report of it holds no name', async ({
  signedIn,
  page,
  cluster,
}) => {
  const { settings } = signedIn;
  await signedIn.list.connect('workbench', account);
  await signedIn.shell.expectOpen();
  await settings.open();
  await settings.section('Diagnostics');
  const connections = settings.panel.getByRole('region', { name: 'Connections' });
  await expect(connections).toContainText(/Servers: gRPC in TLSv1\.3, ALPN h2, to 127/);
  await expect(connections).toContainText(/Lists and certificates: gRPC/);
  await expect(settings.panel.getByRole('region', { name: 'Shells and tunnels' })).toContainText('workbench');
  await expectAccessible(page, 'the diagnostics');
  const report = async () => {
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await settings.panel.getByRole('button', { name: 'Copy report' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('Porthole report');
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const plain = await report();
  for (const name of [cluster.user.name, cluster.name, cluster.address, 'workbench', cluster.user.password])
    expect(plain).not.toContain(name);
  expect(plain).toContain('user-1 on cluster-1');
  await settings.switch('Report with names').click();
  const named = await report();
  expect(named).toContain(`${cluster.user.name} on ${cluster.name}`);
  expect(named).not.toContain(cluster.user.password);
  expect(named).not.toContain('-----BEGIN');
});

test('about names every package that ships, with its licence', async ({ porthole, page }) => {
  const { settings } = porthole;
  await settings.open();
  await settings.section('About');
  const notices = settings.panel.getByRole('region', { name: 'Open source notices' });
  await expect(notices.getByRole('group')).toHaveCount(collectLicences().packages.length);
  await notices.getByRole('searchbox', { name: 'Search packages' }).fill('ssh2');
  await notices.getByRole('group').first().locator('summary').click();
  await expect(notices).toContainText('Permission is hereby granted');
  await expectAccessible(page, 'about');
});

test('the trust in a cluster is shown, changed once the cluster answers so, and forgotten only then', async ({
  signedIn,
  page,
  cluster,
}) => {
  const { settings } = signedIn;
  await settings.open();
  await settings.section('Network');
  const trust = settings.panel.getByRole('article', { name: /Trust in/ });
  await expect(trust).toContainText('Only certificates that were issued by the authorities');
  const choose = async (text: string) => {
    const chooser = page.waitForEvent('filechooser');
    await trust.getByRole('button', { name: /Choose CA file/ }).click();
    await (await chooser).setFiles({ name: 'ca.pem', mimeType: 'text/plain', buffer: Buffer.from(text) });
  };
  await choose('nothing');
  await expect(trust.getByRole('alert')).toContainText('This file holds no certificate.');
  await trust.getByRole('button', { name: /Forget the choice/ }).click();
  const question = page.getByRole('dialog', { name: 'Certificate not trusted' });
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Trust for this cluster' }).click();
  await expect(trust).toContainText('Exactly this certificate');
  await choose(cluster.webCaPem);
  await expect(trust).toContainText('Only certificates that were issued by the authorities');
  await expectAccessible(page, 'trust');
});
