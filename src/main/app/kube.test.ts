import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCluster, type CreateClusterOptions } from '../../cluster/cluster.ts';
import { demoObjects } from '../../cluster/kube/demo-objects.ts';
import { outputMatching } from '../../cluster/testing/kubectl.ts';
import { makeUser } from '../../cluster/users.ts';
import { type AccountUri, formatResourceUri, parseAccountUri } from '../../shared/uri/uri.ts';
import type { Host } from '../host/host.ts';
import { makeHost } from '../testing/host.ts';
import { openPage, type TestPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'porthole-home-'));
  vi.stubEnv('HOME', home);
  vi.stubEnv('KUBECONFIG', '');
});
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
  vi.unstubAllEnvs();
});

const developer = {
  name: 'developer',
  logins: ['dev'],
  serverLabels: { '*': ['*'] },
  kubernetesGroups: ['developers'],
};
const longName = `eu.${'prod-'.repeat(40)}x`;

async function startCluster(options: Partial<CreateClusterOptions> = {}) {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [developer],
    kubernetes: [
      { name: 'shop', labels: {}, api: { kind: 'embedded', objects: demoObjects() } },
      { name: longName, labels: {}, api: { kind: 'embedded' } },
    ],
    ...options,
  });
  cleanUps.push(() => cluster.stop());
  return { cluster, user };
}

type Started = Awaited<ReturnType<typeof startCluster>>;

async function startApp({ cluster, user }: Started, host: Host = makeHost(), now?: () => Date) {
  const app = createApp(host, {
    version: '0.0.0',
    ...(now ? { now } : {}),
    demo: {
      address: cluster.address,
      caPem: cluster.webCaPem,
      userName: user.name,
      credentials: async () => ({
        password: user.password,
        oneTimeCode: cluster.core.users.currentCode(user.name),
      }),
    },
  });
  cleanUps.push(() => app.dispose());
  const page = await openPage(app);
  const { accountUri } = await page.api.clusters.signIn({ kind: 'demo' });
  return { app, host, page, accountUri };
}

function resourceOf(accountUri: AccountUri, id: string) {
  const { address = '', userName = '' } = parseAccountUri(accountUri) ?? {};
  return formatResourceUri({ address, userName, kind: 'kubernetes', id });
}

async function open(page: TestPage, accountUri: AccountUri, name: string) {
  const target = { kind: 'kubernetes' as const, resourceUri: resourceOf(accountUri, name) };
  const { tunnelId } = await page.api.tunnels.open({ target });
  return { tunnelId, info: () => page.state().tunnels[tunnelId] };
}

function kubectl(kubeconfig: string, ...args: string[]) {
  const env = { ...process.env, HOME: home, KUBECONFIG: kubeconfig };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile('kubectl', args, { timeout: 30_000, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    );
  });
}

describe('a Kubernetes tunnel', () => {
  it('gives pods to kubectl, for several clusters at one address, whatever their names', async () => {
    const { page, accountUri } = await startApp(await startCluster());
    const shop = await open(page, accountUri, 'shop');
    const other = await open(page, accountUri, longName);
    await expect.poll(() => shop.info()?.status.kind).toBe('ready');
    await expect.poll(() => other.info()?.status.kind).toBe('ready');
    const { kubeconfigPath = '', kubeContext = '', port } = shop.info() ?? {};
    expect(other.info()).toMatchObject({ port, kubeconfigPath, kubeContext: `${longName}@test.porthole` });
    expect(kubeContext).toBe('shop@test.porthole');
    expect(statSync(kubeconfigPath).mode & 0o777).toBe(0o600);
    const pods = await kubectl(kubeconfigPath, '--context', kubeContext, '-n', 'demo', 'get', 'pods');
    expect(pods.err).toBe('');
    expect(pods.out).toMatch(/web-1/);
    const names = await kubectl(
      kubeconfigPath,
      '--context',
      `${longName}@test.porthole`,
      'get',
      'ns',
      '-o',
      'name',
    );
    expect(names.out).toContain('namespace/default');
    expect(names.out).not.toContain('namespace/demo');
    await expect.poll(() => shop.info()?.traffic.bytesToClient ?? 0, { timeout: 5_000 }).toBeGreaterThan(500);
    expect(other.info()?.commands[0]).toMatchObject({ isInstalled: true });
  });

  it('keeps its kubeconfig valid over a restart of the app, and holds no key of the cluster in it', async () => {
    const started = await startCluster();
    const first = await startApp(started);
    const tunnel = await open(first.page, first.accountUri, 'shop');
    const { kubeconfigPath = '', port } = tunnel.info() ?? {};
    const before = readFileSync(kubeconfigPath, 'utf8');
    await first.app.dispose();
    expect((await kubectl(kubeconfigPath, 'get', 'ns')).err).toContain('refused');

    const second = await startApp(started, first.host);
    expect(readFileSync(kubeconfigPath, 'utf8')).toBe(before);
    const again = await kubectl(kubeconfigPath, 'get', 'ns', '-o', 'name');
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain('namespace/demo');
    expect(second.page.state().tunnels[tunnel.tunnelId]).toMatchObject({ port });
    // The key in it opens the local address, and nothing else.
    const logs = readdirSync(join(first.host.dataFolder, 'logs')).map((name) =>
      readFileSync(join(first.host.dataFolder, 'logs', name), 'utf8'),
    );
    expect(logs.join('')).not.toContain('PRIVATE KEY');
    for (const message of second.page.crossed) expect(message).not.toContain('PRIVATE KEY');
  });

  it('moves all clusters of an account to another port, and forgets one', async () => {
    const { page, accountUri } = await startApp(await startCluster());
    const shop = await open(page, accountUri, 'shop');
    const other = await open(page, accountUri, longName);
    const { port } = await page.api.tunnels.suggestPort({ tunnelId: shop.tunnelId });
    await page.api.tunnels.setPort({ tunnelId: shop.tunnelId, port });
    await expect.poll(() => other.info()?.port).toBe(port);
    const { kubeconfigPath = '' } = shop.info() ?? {};
    expect((await kubectl(kubeconfigPath, 'get', 'ns')).code).toBe(0);
    await page.api.tunnels.forget({ tunnelId: other.tunnelId });
    await expect
      .poll(async () => (await kubectl(kubeconfigPath, 'config', 'get-contexts', '-o', 'name')).out)
      .toBe('shop@test.porthole\n');
  });

  it('says why a cluster cannot be used before it gives an address', async () => {
    const { page, accountUri } = await startApp(
      await startCluster({ roles: [{ ...developer, kubernetesGroups: [] }] }),
    );
    await expect(open(page, accountUri, 'gone')).rejects.toMatchObject({
      data: { code: 'resource-gone' },
    });
    const shop = await open(page, accountUri, 'shop');
    await expect
      .poll(() => shop.info()?.status)
      .toMatchObject({ kind: 'failed', error: { code: 'access-denied' } });
    const refused = await kubectl(shop.info()?.kubeconfigPath ?? '', 'get', 'pods');
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('Your roles give you no rights inside the Kubernetes cluster shop.');
    expect(shop.info()?.lastError?.error.message).toContain('no rights inside');
  });

  it('shows what kubectl hides, in kubectl, too', async () => {
    const { page, accountUri } = await startApp(
      await startCluster({ roles: [{ ...developer, kubernetesUsers: ['one', 'two'] }] }),
    );
    const shop = await open(page, accountUri, 'shop');
    const refused = await kubectl(shop.info()?.kubeconfigPath ?? '', 'get', 'pods');
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('please select a user to impersonate');
    await expect
      .poll(() => shop.info()?.lastError?.error)
      .toMatchObject({ code: 'access-denied', reason: expect.stringContaining('several Kubernetes users') });
  });

  it('asks for a sign-in when the session has ended, tells kubectl, and goes on afterwards', async () => {
    let ahead = 0;
    const { page, accountUri } = await startApp(
      await startCluster({ roles: [{ ...developer, maxSessionTtlMs: 3_600_000 }] }),
      makeHost(),
      () => new Date(Date.now() + ahead),
    );
    const shop = await open(page, accountUri, 'shop');
    await expect.poll(() => shop.info()?.status.kind).toBe('ready');
    const { kubeconfigPath = '' } = shop.info() ?? {};
    ahead = 2 * 3_600_000;
    const waited = await kubectl(kubeconfigPath, 'get', 'ns');
    expect(waited.err).toContain("Answer the question in Porthole's window");
    expect(shop.info()?.status).toEqual({ kind: 'waiting', for: 'sign-in' });
    expect(Object.values(page.state().prompts)).toHaveLength(1);
    ahead = 0;
    await page.api.clusters.signIn({ kind: 'demo' });
    await expect.poll(() => shop.info()?.status.kind).toBe('ready');
    expect((await kubectl(kubeconfigPath, 'get', 'ns')).code).toBe(0);
    expect(page.state().prompts).toEqual({});
    expect(accountUri).toContain('alice');
  });

  it("merges its contexts into the person's kubeconfig, keeps them current, and takes them out", async () => {
    const { page, accountUri } = await startApp(await startCluster());
    await open(page, accountUri, 'shop');
    const path = join(home, '.kube', 'config');
    await kubectl(path, 'config', 'set-context', 'own');
    const before = readFileSync(path, 'utf8').concat('# mine\n');
    writeFileSync(path, before);
    const merged = await page.api.tunnels.mergeKubeconfig({ accountUri, isMerged: true });
    expect(merged.path).toBe(path);
    expect(readFileSync(merged.copy ?? '', 'utf8')).toBe(before);
    expect((await kubectl(path, '--context', 'shop@test.porthole', 'get', 'ns')).code).toBe(0);
    await open(page, accountUri, longName);
    await expect.poll(() => readFileSync(path, 'utf8')).toContain(`${longName}@test.porthole`);
    await page.api.tunnels.mergeKubeconfig({ accountUri, isMerged: false });
    expect(readFileSync(path, 'utf8')).toContain('# mine');
    expect((await kubectl(path, 'config', 'get-contexts', '-o', 'name')).out).toBe('own\n');
    expect(readFileSync(path, 'utf8')).not.toMatch(/porthole/);
    writeFileSync(path, 'clusters: {a\n');
    await expect(page.api.tunnels.mergeKubeconfig({ accountUri, isMerged: true })).rejects.toMatchObject({
      data: { code: 'kubeconfig-unusable' },
    });
    expect(readFileSync(path, 'utf8')).toBe('clusters: {a\n');
  });

  it('opens terminals in which its cluster is the current one', async () => {
    const { page, accountUri } = await startApp(await startCluster());
    const shop = await open(page, accountUri, 'shop');
    const other = await open(page, accountUri, longName);
    const contextIn = async (tunnelId: string) => {
      const marker = join(home, `context-${tunnelId}`);
      writeFileSync(join(home, '.profile'), `kubectl config current-context > ${marker}\n`);
      writeFileSync(join(home, '.bash_profile'), `kubectl config current-context > ${marker}\n`);
      await page.api.tunnels.openKubeShell({ tunnelId, size: { cols: 80, rows: 24 } });
      await expect.poll(() => readFileSync(marker, 'utf8'), { timeout: 10_000 }).toContain('@');
      return readFileSync(marker, 'utf8').trim();
    };
    expect(await contextIn(other.tunnelId)).toBe(`${longName}@test.porthole`);
    expect(await contextIn(shop.tunnelId)).toBe('shop@test.porthole');
  });

  it('survives that the proxy is killed in kubectl logs -f', async () => {
    const started = await startCluster();
    const { page, accountUri } = await startApp(started);
    const shop = await open(page, accountUri, 'shop');
    const { kubeconfigPath = '' } = shop.info() ?? {};
    const env = { ...process.env, HOME: home, KUBECONFIG: kubeconfigPath };
    const follow = spawn('kubectl', ['-n', 'demo', 'logs', '-f', 'web-1', '--tail=1'], {
      env,
      stdio: 'pipe',
    });
    await outputMatching(follow, /healthy/);
    const ended = once(follow, 'close');
    await started.cluster.stop();
    const [code] = (await ended) as [number];
    expect(code).not.toBe(0);
    await expect.poll(() => shop.info()?.lastError?.error.code).toBe('connection-lost');
    const refused = await kubectl(kubeconfigPath, 'get', 'pods');
    expect(refused.code).not.toBe(0);
    await expect.poll(() => shop.info()?.lastError?.error.code).toBe('connection-refused');
  });
});
