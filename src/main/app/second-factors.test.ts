import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemoHttpApp } from '../../cluster/apps/demo-http-app.ts';
import { demoObjects } from '../../cluster/kube/demo-objects.ts';
import type { Pose } from '../../cluster/pose.ts';
import { formatResourceUri, parseAccountUri } from '../../shared/uri/uri.ts';
import { findBrowser } from '../loopback/browser-window.ts';
import {
  addKey,
  type KeyWorld,
  login,
  nextPrompt,
  openShell,
  promptsOf,
  startKeyWorld,
} from '../testing/key-app.ts';
import { VirtualKey } from '../testing/virtual-key.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A cluster with something of every kind that a session can lead to. */
async function start(pose: Pose = 'v18') {
  const web = await startDemoHttpApp();
  cleanUps.push(() => web.stop());
  const world = await startKeyWorld({
    pose,
    cluster: {
      databases: [{ name: 'orders', protocol: 'postgres', labels: {}, target: { kind: 'embedded' } }],
      apps: [{ name: 'web', uri: `http://127.0.0.1:${web.port}`, labels: {} }],
      kubernetes: [{ name: 'shop', labels: {}, api: { kind: 'embedded', objects: demoObjects() } }],
    },
  });
  cleanUps.push(world.stop);
  return world;
}

const run = async (program: string, ...args: string[]) =>
  (await promisify(execFile)(program, args, { timeout: 20_000 })).stdout;

/** Opens a tunnel, touches the key once, and gives its address when it is ready. */
async function openTunnel(world: KeyWorld, kind: 'database' | 'app' | 'kubernetes', id: string) {
  const { page, accountUri } = world;
  const { address = '', userName = '' } = parseAccountUri(accountUri) ?? {};
  const resourceUri = formatResourceUri({ address, userName, kind, id });
  const { tunnelId } = await page.api.tunnels.open({ target: { kind, resourceUri, databaseUser: 'lab' } });
  const asked = await nextPrompt(world);
  expect(asked).toMatchObject({ oneTimeCode: false, securityKey: true });
  expect(asked.reason).toContain(id);
  await page.api.prompts.answerWithSecurityKey({ promptId: asked.id });
  const info = () => page.state().tunnels[tunnelId];
  await expect.poll(() => info()?.status.kind).toBe('ready');
  return info() as NonNullable<ReturnType<typeof info>>;
}

describe('a shell that needs a second factor', { timeout: 60_000 }, () => {
  it.each(['v11', 'v15'] as const)(
    'opens on %s with a one-time code, and not with a wrong one',
    async (pose) => {
      const world = await start(pose);
      const shell = await openShell(world, world.accountUri);
      const asked = await nextPrompt(world);
      expect(asked).toMatchObject({ oneTimeCode: true, reason: `Open a terminal on workbench as ${login}` });
      await world.page.api.prompts.answerWithCode({ promptId: asked.id, oneTimeCode: '000000' });
      await expect.poll(() => promptsOf(world)[0]?.problem?.code).toBe('code-wrong');
      expect(shell()?.kind).not.toBe('open');
      await world.page.api.prompts.answerWithCode({ promptId: asked.id, oneTimeCode: world.code() });
      await expect.poll(() => shell()?.kind).toBe('open');
      expect(promptsOf(world)).toEqual([]);
    },
  );
});

describe.skipIf(!findBrowser())('second factors', { timeout: 60_000 }, () => {
  it('are added, listed and removed, and sign in with a password and alone', async () => {
    const world = await start();
    const { page, accountUri, clusterUri } = world;
    const key = await addKey(world, 'security-key');
    const first = world.plugged.key;
    world.plugged.key = new VirtualKey();
    const passkey = await addKey(world, 'passkey');
    expect([key.kind, passkey.kind]).toEqual(['security-key', 'passkey']);
    const { devices } = await page.api.devices.list({ accountUri });
    expect(devices.map((device) => device.kind).sort()).toEqual(['one-time-code', 'passkey', 'security-key']);
    const second = world.plugged.key;
    world.plugged.key = first;
    const withPassword = await page.api.clusters.signIn({
      kind: 'security-key',
      clusterUri,
      userName: 'mia',
      password: world.user.password,
    });
    expect(withPassword.accountUri).toBe(accountUri);
    world.plugged.key = second;
    const alone = await page.api.clusters.signIn({ kind: 'passkey', clusterUri });
    expect(alone.accountUri).toBe(accountUri);
    const removing = page.api.devices.remove({ accountUri, deviceId: key.id });
    const prompt = await nextPrompt(world);
    expect(prompt).toMatchObject({ reason: 'Remove security-key from your user', securityKey: true });
    await page.api.prompts.answerWithSecurityKey({ promptId: prompt.id });
    await removing;
    expect((await page.api.devices.list({ accountUri })).devices).toHaveLength(2);
  });

  it('open shells one after another, each once, and a closed question ends only its own shell', async () => {
    const world = await start();
    const { page, accountUri } = world;
    const { key } = world.plugged;
    const without = await openShell(world, accountUri);
    await expect
      .poll(without, { timeout: 10_000 })
      .toMatchObject({ kind: 'ended', end: { error: { code: 'second-factor-unusable' } } });
    await addKey(world, 'security-key');
    const before = key.uses;
    const first = await openShell(world, accountUri);
    const second = await openShell(world, accountUri);
    const asked = await nextPrompt(world);
    expect(asked).toMatchObject({
      reason: `Open a terminal on workbench as ${login}`,
      oneTimeCode: false,
      securityKey: true,
    });
    await page.api.prompts.answerWithSecurityKey({ promptId: asked.id });
    await expect.poll(() => first()?.kind ?? '', { timeout: 10_000 }).toBe('open');
    const other = await nextPrompt(world);
    expect(other.id).not.toBe(asked.id);
    await page.api.prompts.cancel({ promptId: other.id });
    await expect
      .poll(second, { timeout: 10_000 })
      .toMatchObject({ kind: 'ended', end: { error: { code: 'cancelled' } } });
    expect(first()?.kind).toBe('open');
    expect(key.uses - before).toBe(1);
  });

  it('open tunnels with one touch each, for all their connections', async () => {
    const world = await start();
    await addKey(world, 'security-key');
    const before = world.plugged.key.uses;
    const orders = await openTunnel(world, 'database', 'orders');
    const address = `postgres://lab@127.0.0.1:${orders.port}/postgres`;
    const query = () => run('psql', '-XAt', address, '-c', 'SELECT 41+1');
    expect(await Promise.all([query(), query(), query()])).toEqual(['42\n', '42\n', '42\n']);
    const web = await openTunnel(world, 'app', 'web');
    expect(await run('curl', '-s', `${web.address}/echo`)).toContain('"url":"/echo"');
    const { kubeconfigPath = '', kubeContext = '' } = await openTunnel(world, 'kubernetes', 'shop');
    const kubectl = ['--kubeconfig', kubeconfigPath, '--context', kubeContext, '-n', 'demo'];
    for (let times = 0; times < 2; times += 1)
      expect(await run('kubectl', ...kubectl, 'get', 'pods')).toContain('web-1');
    expect(world.plugged.key.uses - before).toBe(3);
    expect(promptsOf(world)).toEqual([]);
  });

  it('wait for a key that is not touched until the question is closed, and leave no browser behind', async () => {
    const world = await start();
    await addKey(world, 'security-key');
    world.plugged.key.isTouched = false;
    const shell = await openShell(world, world.accountUri);
    const prompt = await nextPrompt(world);
    const answering = world.page.api.prompts.answerWithSecurityKey({ promptId: prompt.id });
    answering.catch(() => undefined);
    await expect.poll(() => promptsOf(world)[0]?.isBusy).toBe(true);
    await world.page.api.prompts.cancel({ promptId: prompt.id });
    await expect
      .poll(shell, { timeout: 10_000 })
      .toMatchObject({ kind: 'ended', end: { error: { code: 'cancelled' } } });
    await Promise.allSettled([answering]);
  });

  it('add an authenticator app by its address and a code', async () => {
    const world = await start();
    const { page, accountUri } = world;
    const beginning = page.api.devices.beginOneTimeCode({ accountUri });
    const prompt = await nextPrompt(world);
    await page.api.prompts.answerWithCode({ promptId: prompt.id, oneTimeCode: world.code() });
    const { registrationId, otpauthUri, secret } = await beginning;
    expect(otpauthUri).toMatch(/^otpauth:\/\/totp\//);
    expect(new URL(otpauthUri).searchParams.get('secret')).toBe(secret);
    await expect(
      page.api.devices.finishOneTimeCode({ registrationId, name: 'phone', oneTimeCode: '000000' }),
    ).rejects.toMatchObject({ code: 'APP' });
  });
});
