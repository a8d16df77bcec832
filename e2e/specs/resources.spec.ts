import { account, manyServers, startCluster } from '../support/clusters.ts';
import { expect, test } from '../support/test.ts';

test('the list shows every kind, and says which cannot be opened yet', async ({ porthole, cluster }) => {
  const { list } = porthole;
  cluster.core.inventory.add([
    { kind: 'windows_desktop', id: 'desk-01', name: 'desk-01', address: '10.0.0.9:3389', labels: {} },
  ]);
  await porthole.signIn.complete(cluster);
  await expect(list.rows).toHaveCount(7);
  await expect(list.row('workbench')).toContainText('env:test');
  await expect(list.row('orders')).toContainText('postgres');
  const connect = list.row('desk-01').getByRole('button', { name: 'Connect' });
  await expect(connect).toHaveAttribute('aria-disabled', 'true');
  await connect.click({ force: true });
  await expect(porthole.page.getByText('Desktops cannot be opened yet.')).toBeVisible();
  await list.kind('Servers').click();
  await expect(list.rows).toHaveCount(3);
});

test('search takes words, labels and expressions, and says what is wrong with one', async ({ signedIn }) => {
  const { list, page } = signedIn;
  await list.search.fill('api env:prod');
  await expect(list.rows).toHaveCount(1);
  await list.search.fill('labels.env == "prod" && !search("api")');
  await expect(list.rows).toHaveCount(2);
  await list.search.fill('labels.env == "prod" && (');
  await expect(page.getByRole('alert')).toContainText('mistake');
  await list.search.fill('nothing has this name');
  await expect(page.getByText('Nothing matches.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(list.rows).toHaveCount(6);
});

test('columns sort in the cluster', async ({ signedIn }) => {
  const { list, page } = signedIn;
  await expect(list.rows.first()).toContainText('api-01');
  await page.getByRole('button', { name: /^Name/ }).click();
  await expect(list.rows.first()).toContainText('workbench');
});

test('arrows, End and Home move through 10,000 servers page by page', async ({ porthole }) => {
  const cluster = await startCluster({ resources: manyServers(10_000) });
  try {
    await porthole.signIn.complete(cluster);
    const { list, page } = porthole;
    await list.row('host-000000').click();
    await page.keyboard.press('ArrowDown');
    await expect(list.row('host-000001')).toBeFocused();
    await page.keyboard.press('End');
    await expect(list.row('host-000099')).toBeFocused();
    // The next pages come while one is at the end.
    const focused = async () => {
      await page.keyboard.press('End');
      return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    };
    await expect.poll(focused).toMatch(/^host-000[3-9]99$/);
    await page.keyboard.press('Home');
    await expect(list.row('host-000000')).toBeFocused();
    expect(await list.rows.count()).toBeLessThan(60);
  } finally {
    await cluster.stop();
  }
});

test('Connect offers the logins and remembers the last', async ({ signedIn }) => {
  const { list, page } = signedIn;
  await list.connect('workbench', account);
  await signedIn.shell.expectOpen();
  await signedIn.tab('Resources').click();
  await page.reload();
  await list.row('workbench').click();
  await page.keyboard.press('Enter');
  await expect(signedIn.tabs).toHaveCount(3);
  await signedIn.shell.expectOpen();
});

test('another login can be typed, and a refused one is explained', async ({ signedIn }) => {
  const { list, page } = signedIn;
  await list.connect('workbench');
  await page.getByRole('textbox', { name: 'Other login' }).fill('postgres-admin');
  await page.keyboard.press('Enter');
  await expect(signedIn.shell.ended).toContainText('refused the login postgres-admin');
});

test('Space opens everything known about a resource', async ({ signedIn }) => {
  await signedIn.list.row('api-02').click();
  await signedIn.page.keyboard.press(' ');
  const drawer = signedIn.page.getByRole('dialog', { name: 'api-02' });
  await expect(drawer).toContainText('00000000-0000-4000-8000-000000000002');
  await expect(drawer).toContainText('OpenSSH');
  await signedIn.page.keyboard.press('Escape');
  await expect(signedIn.list.row('api-02')).toBeVisible();
});

test('a cluster before v14 is listed kind by kind', async ({ porthole }) => {
  const cluster = await startCluster({ pose: 'v11' });
  try {
    await porthole.signIn.complete(cluster);
    await expect(porthole.list.rows).toHaveCount(6);
    await porthole.list.connect('workbench', account);
    await porthole.shell.expectOpen();
    await porthole.shell.run('echo from-v11');
    await porthole.shell.expectText(/^from-v11/m);
  } finally {
    await cluster.stop();
  }
});

test('a kind that cannot be listed is named, and the others are there', async ({ porthole }) => {
  const cluster = await startCluster({ pose: 'v11', refusedKinds: ['db'] });
  try {
    await porthole.signIn.complete(cluster);
    await expect(porthole.list.rows).toHaveCount(5);
    await expect(porthole.page.getByText('Databases could not be listed')).toContainText('access denied');
  } finally {
    await cluster.stop();
  }
});
