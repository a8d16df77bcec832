import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { Porthole } from '../pages/porthole.ts';
import { startApp } from '../support/app-process.ts';
import { expectAccessible } from '../support/axe.ts';
import { runLine } from '../support/programs.ts';
import { expect, test as base } from '../support/tunnel-test.ts';

interface OwnKubeconfig {
  readonly home: string;
  /** The path of the own kubeconfig; its folder is there, the file is not. */
  readonly own: string;
  /** The window, with a tunnel to prod-eu. */
  readonly porthole: Porthole;
  /** The switch that adds the contexts to it. */
  readonly merge: Locator;
}

const test = base.extend<{ kubeconfig: OwnKubeconfig }>({
  kubeconfig: async ({ page, tunnelCluster }, use) => {
    const home = mkdtempSync(join(tmpdir(), 'porthole-kube-home-'));
    mkdirSync(join(home, '.kube'));
    const app = await startApp({ env: { HOME: home, KUBECONFIG: '' } });
    try {
      const porthole = new Porthole(page);
      await porthole.open(app.address);
      await porthole.signIn.complete(tunnelCluster);
      await porthole.list.connect('prod-eu');
      await porthole.tunnel.expectReady('prod-eu');
      const merge = porthole.tunnel.region.getByRole('switch', { name: 'Add to my own kubeconfig' });
      await use({ home, own: join(home, '.kube/config'), porthole, merge });
    } finally {
      await app.cleanUp();
      rmSync(home, { recursive: true, force: true });
    }
  },
});

const greeting = '-n shop get configmap greeting -o jsonpath={.data.text}';

test('a click on a Kubernetes cluster gives kubectl its contexts', async ({ withTunnels }) => {
  const { list, tunnel } = withTunnels;
  await list.connect('prod-eu');
  await tunnel.expectReady('prod-eu');
  await expect(tunnel.region.getByText('prod-eu@test.porthole', { exact: true })).toBeVisible();
  const path = (await tunnel.region.getByText(/^\/.*\/.*kube/).textContent()) ?? '';
  const { output } = await runLine(`kubectl --context prod-eu@test.porthole ${greeting}`, {
    KUBECONFIG: path,
  });
  expect(output).toBe('Welcome to the shop');
  expect((await runLine(await tunnel.copied('Copy command'))).code).toBe(0);
  await expectAccessible(withTunnels.page, 'Kubernetes tunnel');
  const port = await tunnel.port();
  await withTunnels.tab('Resources').click();
  await list.connect('staging');
  await tunnel.expectReady('staging');
  expect(await tunnel.port()).toBe(port);
  const both = await runLine('kubectl config get-contexts -o name', { KUBECONFIG: path });
  expect(both.output.trim().split('\n').sort()).toEqual(['prod-eu@test.porthole', 'staging@test.porthole']);
  expect(readFileSync(path, 'utf8')).not.toContain('PRIVATE KEY-----');
});

test('Open terminal gives a shell in which kubectl knows the cluster', async ({ withTunnels }) => {
  const { list, tunnel, shell } = withTunnels;
  await list.connect('prod-eu');
  await tunnel.expectReady('prod-eu');
  await tunnel.button('Open terminal').click();
  await shell.expectOpen();
  await shell.run(`echo "[$(kubectl ${greeting})]"`);
  await shell.expectText(/^\[Welcome to the shop\]/m);
});

test('the switch adds the contexts to the own kubeconfig, keeps a copy, and takes them out again', async ({
  page,
  kubeconfig,
}) => {
  const { own, merge } = kubeconfig;
  const { tunnel } = kubeconfig.porthole;
  const before =
    'apiVersion: v1\nkind: Config\n# mine\ncurrent-context: mine\nclusters: []\nusers: []\n' +
    'contexts:\n  - name: mine\n    context: { cluster: mine, user: mine }\n';
  writeFileSync(own, before, { mode: 0o600 });
  await expect(merge).not.toBeChecked();
  await merge.focus();
  await page.keyboard.press(' ');
  await expect(merge).toBeChecked();
  const said = (await tunnel.region.getByText(/^Added to /).textContent()) ?? '';
  expect(said).toContain(own);
  const copy = /is in (\/\S+)\.$/.exec(said)?.[1] ?? '';
  expect(existsSync(copy)).toBe(true);
  expect(readFileSync(copy, 'utf8')).toBe(before);
  const { output } = await runLine(`kubectl --context prod-eu@test.porthole ${greeting}`, {
    KUBECONFIG: own,
  });
  expect(output).toBe('Welcome to the shop');
  expect(readFileSync(own, 'utf8')).toContain('# mine');
  await merge.click();
  await expect(merge).not.toBeChecked();
  expect(readFileSync(own, 'utf8')).not.toContain('prod-eu');
  writeFileSync(own, 'clusters: [', { mode: 0o600 });
  await merge.click();
  await expect(tunnel.problem).toContainText(own);
  await expect(merge).not.toBeChecked();
  expect(readFileSync(own, 'utf8')).toBe('clusters: [');
});

test('kubectl changes, follows, runs, copies and forwards through the tunnel', async ({ withTunnels }) => {
  const { list, tunnel } = withTunnels;
  await list.connect('prod-eu');
  await tunnel.expectReady('prod-eu');
  const [kubectl = ''] = (await tunnel.copied('Copy command')).split(' get pods');
  const run = (rest: string) => runLine(`${kubectl} -n shop ${rest}`);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'worker', namespace: 'shop' },
    spec: {
      containers: [{ name: 'main', image: 'shell', command: ['sh', '-c', 'echo up; sleep 1000'] }],
    },
  };
  const applied = await runLine(`echo '${JSON.stringify(pod)}' | ${kubectl} apply -f -`);
  expect(applied.output).toContain('pod/worker created');
  await run('wait --for=condition=Ready pod/worker --timeout=20s');
  expect((await run('logs worker')).output).toContain('up');
  expect((await run('exec worker -- echo inside')).output).toContain('inside');
  const copied = await runLine(
    `cd "$HOME" && echo freight > cargo.txt && ${kubectl} -n shop cp cargo.txt worker:cargo.txt && ${kubectl} -n shop exec worker -- cat cargo.txt`,
  );
  expect(copied.output).toContain('freight');
  expect((await run('get pod nobody')).output).toContain('NotFound');
  await expect(tunnel.region).toContainText(/Sent, received\s*[1-9]/);
});

test('a kubeconfig that is broken, a link or read-only is told, and never written to', async ({
  page,
  kubeconfig,
}) => {
  const { home, own, porthole, merge } = kubeconfig;
  const { tunnel } = porthole;
  const text = 'apiVersion: v1\nkind: Config\n';
  const cases: Record<string, () => void> = {
    broken: () => writeFileSync(own, 'clusters: [', { mode: 0o600 }),
    link: () => {
      writeFileSync(join(home, 'real'), text);
      symlinkSync(join(home, 'real'), own);
    },
    'read-only': () => writeFileSync(own, text, { mode: 0o444 }),
  };
  for (const [name, prepare] of Object.entries(cases)) {
    rmSync(own, { force: true });
    prepare();
    const before = readFileSync(own, 'utf8');
    await merge.press('Space');
    await expect(tunnel.problem, name).toContainText(own);
    await expect(merge).not.toBeChecked();
    expect(readFileSync(own, 'utf8')).toBe(before);
    expect(readdirSync(join(home, '.kube'))).toEqual(['config']);
    if (name === 'link') {
      expect(lstatSync(own).isSymbolicLink()).toBe(true);
      await expectAccessible(page, 'kubeconfig that cannot be used');
    }
  }
  // Once it can be used, the same switch works, and a cluster that is opened later comes along.
  rmSync(own, { force: true });
  writeFileSync(own, text, { mode: 0o600 });
  await merge.press('Space');
  await expect(merge).toBeChecked();
  await expect(tunnel.problem).toBeHidden();
  await porthole.tab('Resources').click();
  await porthole.list.connect('staging');
  await tunnel.expectReady('staging');
  await expect(merge).toBeChecked();
  await expect.poll(() => readFileSync(own, 'utf8')).toContain('staging@test.porthole');
  await merge.press('Space');
  await expect(merge).not.toBeChecked();
  expect(readFileSync(own, 'utf8')).not.toContain('porthole');
});
