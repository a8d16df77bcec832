import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { makeUser } from '../../cluster/users.ts';
import {
  type AccountUri,
  formatResourceUri,
  parseAccountUri,
  type RequestUri,
} from '../../shared/uri/uri.ts';
import { findBrowser } from '../loopback/browser-window.ts';
import { readProxySite } from '../protocol/client/proxy-site.ts';
import { signIn } from '../../cluster/testing/people.ts';
import {
  addKey,
  type KeyWorld,
  type KeyWorldOptions,
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

async function start(options: KeyWorldOptions = {}) {
  const world = await startKeyWorld({
    ...options,
    cluster: {
      databases: [{ name: 'orders', protocol: 'postgres', labels: {}, target: { kind: 'embedded' } }],
      ...options.cluster,
    },
  });
  cleanUps.push(world.stop);
  return world;
}

const patience = { timeout: 20_000 };

async function withKey({ page }: KeyWorld, promptId: string) {
  await page.api.prompts.answerWithSecurityKey({ promptId });
}

function orders(accountUri: AccountUri) {
  const account = parseAccountUri(accountUri);
  return {
    kind: 'database' as const,
    databaseUser: 'lab',
    resourceUri: formatResourceUri({
      address: account?.address ?? '',
      userName: account?.userName ?? '',
      kind: 'database',
      id: 'orders',
    }),
  };
}

/** The site on which the key is asked, for a ceremony without the app around it. */
const siteOf = ({ cluster }: KeyWorld) =>
  readProxySite({ host: 'localhost', port: cluster.port }, { kind: 'ca', pem: cluster.webCaPem });

const request = (change: object = {}) => ({
  challenge: new Uint8Array(32).fill(7),
  timeoutMs: 60_000,
  rpId: 'localhost',
  allowCredentials: [],
  userVerification: 'discouraged' as const,
  ...change,
});

describe.skipIf(!findBrowser())('a security key', { timeout: 120_000 }, () => {
  // v11: on the stream of certificates, whose own challenge is signed; v15 too; v18: in the request itself.
  it.each(['v11', 'v15', 'v18'] as const)(
    'opens a shell and a database tunnel on %s, one touch each',
    async (pose) => {
      const world = await start({ pose });
      const { page, accountUri, plugged } = world;
      await addKey(world, 'security-key');
      const before = plugged.key.uses;
      const shell = await openShell(world, accountUri);
      const asked = await nextPrompt(world);
      expect(asked).toMatchObject({ securityKey: true, oneTimeCode: pose !== 'v18' });
      await withKey(world, asked.id);
      await expect.poll(() => shell()?.kind, patience).toBe('open');
      expect(plugged.key.uses - before).toBe(1);

      const { tunnelId } = await page.api.tunnels.open({ target: orders(accountUri) });
      const again = await nextPrompt(world);
      expect(again.reason).toContain('orders');
      await withKey(world, again.id);
      await expect.poll(() => page.state().tunnels[tunnelId]?.status.kind, patience).toBe('ready');
      const port = page.state().tunnels[tunnelId]?.port ?? 0;
      const { stdout } = await promisify(execFile)('psql', [
        '-XAt',
        `postgres://lab@127.0.0.1:${port}/postgres`,
        '-c',
        'SELECT 41+1',
      ]);
      expect(stdout).toBe('42\n');
      expect(plugged.key.uses - before).toBe(2);
      expect(promptsOf(world)).toEqual([]);
    },
  );

  it('that was never registered is told as wrong, and the right one then still counts', async () => {
    const world = await start({ pose: 'v18' });
    const { accountUri, plugged } = world;
    await addKey(world, 'security-key');
    const right = plugged.key;
    plugged.key = new VirtualKey();
    const shell = await openShell(world, accountUri);
    const asked = await nextPrompt(world);
    void withKey(world, asked.id).catch(() => undefined);
    await expect
      .poll(() => promptsOf(world)[0], { timeout: 40_000 })
      .toMatchObject({ id: asked.id, isBusy: false, problem: { code: 'code-wrong' } });
    plugged.key = right;
    await withKey(world, asked.id);
    await expect.poll(() => shell()?.kind, patience).toBe('open');
  });

  it('whose window is closed ends what waited for it, and nothing stays behind', async () => {
    const world = await start({ pose: 'v18' });
    await addKey(world, 'security-key');
    world.plugged.key.isTouched = false;
    world.plugged.key.closesWindow = true;
    const shell = await openShell(world, world.accountUri);
    const asked = await nextPrompt(world);
    void withKey(world, asked.id).catch(() => undefined);
    await expect
      .poll(shell, patience)
      .toMatchObject({ kind: 'ended', end: { error: { code: 'cancelled' } } });
    expect(promptsOf(world)).toEqual([]);
  });

  it('that is not touched in time is told so', async () => {
    const world = await start({ pose: 'v18' });
    world.plugged.key.isTouched = false;
    await expect(
      world.authenticator.get(request({ timeoutMs: 500 }), await siteOf(world), new AbortController().signal),
    ).rejects.toMatchObject({ code: 'code-wrong', reason: expect.stringContaining('not touched in time') });
  });

  it('that is a second factor may become a passkey too, but not twice', async () => {
    const world = await start({ pose: 'v18' });
    await addKey(world, 'security-key');
    expect(await addKey(world, 'passkey')).toMatchObject({ kind: 'passkey' });
    const { devices } = await world.page.api.devices.list({ accountUri: world.accountUri });
    expect(devices.map((device) => device.kind).toSorted()).toEqual([
      'one-time-code',
      'passkey',
      'security-key',
    ]);
    await expect(addKey(world, 'passkey')).rejects.toMatchObject({
      data: { code: 'conflict', message: 'This key is registered already.' },
    });
  });

  it('confirms a review where the cluster asks for it, and a closed question leaves the request as it was', async () => {
    const asker = makeUser('nia', ['asks']);
    const mia = makeUser('mia', ['careful']);
    const world = await start({
      cluster: {
        users: [mia, asker],
        roles: [
          {
            name: 'careful',
            logins: [login],
            serverLabels: { '*': ['*'] },
            reviewRequests: { roles: ['*'] },
          },
          { name: 'asks', logins: [], serverLabels: {}, request: { roles: ['dba'] } },
          { name: 'dba', logins: ['dba'], serverLabels: {} },
        ],
      },
      user: mia,
    });
    const { cluster, page, accountUri } = world;
    await addKey(world, 'security-key');
    const nia = await signIn(cluster, asker);
    cleanUps.push(() => nia.dispose());
    const made = await nia.client.createAccessRequestV2({
      metadata: { name: crypto.randomUUID() },
      spec: { user: 'nia', roles: ['dba'] },
    });
    cluster.core.mfa.allowOnly(['webauthn']);
    const id = made.metadata?.name ?? '';
    const requestUri = `${accountUri}/requests/${id}` as RequestUri;
    await expect.poll(() => page.state().requests[requestUri]?.waitsForMe, patience).toBe(true);
    const review = () => page.api.requests.review({ requestUri, decision: 'approve', reason: 'Go on' });

    const first = review();
    first.catch(() => undefined);
    const asked = await nextPrompt(world);
    expect(asked).toMatchObject({ reason: 'Approve the request of nia', oneTimeCode: false });
    await page.api.prompts.cancel({ promptId: asked.id });
    await expect(first).rejects.toMatchObject({ data: { code: 'cancelled' } });
    expect(cluster.core.requests.find(id)?.state).toBe('pending');

    const second = review();
    await withKey(world, (await nextPrompt(world)).id);
    expect(await second).toMatchObject({ state: 'approved' });
    expect(cluster.core.requests.find(id)?.reviews).toHaveLength(1);
  });
});
