import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { type Cluster, createCluster } from '../../cluster/cluster.ts';
import { makeUser } from '../../cluster/users.ts';
import type { Contract } from '../../shared/contract/contract.ts';
import type { AppState, StateEvent } from '../../shared/contract/state.ts';
import { applyStateEvent } from '../../shared/state/apply-change.ts';
import { formatResourceUri } from '../../shared/uri/uri.ts';
import { decodeByteFrame, encodeByteFrame, fromNothing } from '../../shared/wire/byte-frames.ts';
import { toPort } from '../../shared/wire/pipe-port.ts';
import type { Host } from '../host/host.ts';
import { makeHost } from '../testing/host.ts';
import { pipePair } from '../testing/pipes.ts';
import type { App } from './app.ts';
import { createApp } from './create-app.ts';

const account = userInfo().username;
const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function startCluster(maxSessionTtlMs?: number) {
  const user = makeUser('alice', ['developer']);
  const cluster = await createCluster({
    name: 'test.porthole',
    users: [user],
    roles: [
      {
        name: 'developer',
        logins: [account],
        serverLabels: { '*': ['*'] },
        ...(maxSessionTtlMs ? { maxSessionTtlMs } : {}),
      },
    ],
    localNode: { hostname: 'workbench', labels: {} },
  });
  cleanUps.push(() => cluster.stop());
  return { cluster, user };
}

function startApp(host: Host, cluster?: { cluster: Cluster; user: { name: string; password: string } }): App {
  const app = createApp(host, {
    version: '0.0.0',
    ...(cluster
      ? {
          demo: {
            address: cluster.cluster.address,
            caPem: cluster.cluster.webCaPem,
            userName: cluster.user.name,
            credentials: async () => ({
              password: cluster.user.password,
              oneTimeCode: cluster.cluster.core.users.currentCode(cluster.user.name),
            }),
          },
        }
      : {}),
  });
  cleanUps.push(() => app.dispose());
  return app;
}

/** A page without a browser: the same contract over the same pipes. */
function openPage(app: App) {
  const [rpcPage, rpcMain] = pipePair<string>();
  const [bytesPage, bytesMain] = pipePair<Uint8Array>();
  const connection = app.connectClient({ rpc: rpcMain, bytes: bytesMain });
  const crossed: string[] = [];
  rpcPage.onMessage((message) => crossed.push(message));
  const { port } = toPort(rpcPage);
  const api: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port }));
  return { api, bytes: bytesPage, connection, crossed };
}

async function watch(api: ContractRouterClient<Contract>) {
  let state: AppState | undefined;
  const events: StateEvent[] = [];
  const feed = await api.state.watch();
  void (async () => {
    for await (const event of feed) {
      events.push(event);
      state = applyStateEvent(state, event);
    }
  })().catch(() => undefined);
  await expect.poll(() => state).toBeDefined();
  return { get: () => state as AppState, events };
}

const size = { cols: 80, rows: 24 };

describe('the core', () => {
  it('signs the demo user in, lists, opens a shell and carries its bytes with credit', async () => {
    const cluster = await startCluster();
    const page = openPage(startApp(makeHost(), cluster));
    const state = await watch(page.api);
    const { accountUri } = await page.api.clusters.signIn({ kind: 'demo' });
    expect(state.get().accounts[accountUri]).toMatchObject({ status: 'signed-in', logins: [account] });
    const list = await page.api.resources.list({
      accountUri,
      kinds: [],
      search: '',
      sort: { field: 'name', descending: false },
      limit: 10,
    });
    const [server] = list.items;
    expect(server).toMatchObject({ name: 'workbench', logins: [account] });
    const { shellId } = await page.api.shells.open({
      serverUri: server?.uri as never,
      serverName: 'workbench',
      login: account,
      size,
    });
    let text = '';
    let unreturned = 0;
    page.bytes.onMessage((raw) => {
      const frame = decodeByteFrame(raw);
      if (frame.type !== 'data') return;
      text += Buffer.from(frame.bytes).toString();
      unreturned += frame.bytes.length;
    });
    page.bytes.send(encodeByteFrame({ type: 'attach', channel: 1, from: fromNothing, shellId }));
    await expect.poll(() => state.get().shells[shellId]?.status.kind).toBe('open');
    page.bytes.send(
      encodeByteFrame({
        type: 'input',
        channel: 1,
        bytes: Buffer.from('head -c 20000000 /dev/zero | tr "\\0" x; echo; echo all""-sent\n'),
      }),
    );
    // Without credit the flood stops within the window.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(text.length).toBeLessThan(2_500_000);
    const returning = setInterval(() => {
      if (unreturned > 0) page.bytes.send(encodeByteFrame({ type: 'credit', channel: 1, count: unreturned }));
      unreturned = 0;
    }, 1);
    await expect.poll(() => text.slice(-200), { timeout: 20_000 }).toContain('all-sent\r\n');
    clearInterval(returning);
    expect(text.length).toBeGreaterThan(20_000_000);
    for (const message of page.crossed) expect(message).not.toContain(cluster.user.password);
  });

  it('keeps a shell for a second page, from where that page was', async () => {
    const cluster = await startCluster();
    const app = startApp(makeHost(), cluster);
    const first = openPage(app);
    const { accountUri } = await first.api.clusters.signIn({ kind: 'demo' });
    const list = await first.api.resources.list({
      accountUri,
      kinds: [],
      search: '',
      sort: { field: 'name', descending: false },
      limit: 10,
    });
    const { shellId } = await first.api.shells.open({
      serverUri: list.items[0]?.uri as never,
      serverName: 'workbench',
      login: account,
      size,
    });
    first.bytes.send(encodeByteFrame({ type: 'attach', channel: 1, from: fromNothing, shellId }));
    first.bytes.send(
      encodeByteFrame({ type: 'input', channel: 1, bytes: Buffer.from('echo seen-by-$((1+1))\n') }),
    );
    let text = '';
    first.bytes.onMessage((raw) => {
      const frame = decodeByteFrame(raw);
      if (frame.type === 'data') text += Buffer.from(frame.bytes).toString();
    });
    await expect.poll(() => text).toContain('seen-by-2');
    first.connection.dispose();

    const second = openPage(app);
    const state = await watch(second.api);
    expect(state.get().shells[shellId]?.status.kind).toBe('open');
    expect(state.get().workspace.tabs).toHaveLength(2);
    let again = '';
    let offset = -1;
    second.bytes.onMessage((raw) => {
      const frame = decodeByteFrame(raw);
      if (frame.type === 'start') offset = frame.offset;
      if (frame.type === 'data') again += Buffer.from(frame.bytes).toString();
    });
    second.bytes.send(encodeByteFrame({ type: 'attach', channel: 9, from: fromNothing, shellId }));
    await expect.poll(() => again).toContain('seen-by-2');
    expect(offset).toBe(0);
    second.bytes.send(encodeByteFrame({ type: 'attach', channel: 10, from: 5, shellId }));
    await expect.poll(() => offset).toBe(5);
  });

  it('cuts off a page that sends malformed frames or returns credit that it never got', async () => {
    const cluster = await startCluster();
    const app = startApp(makeHost(), cluster);
    for (const frame of [Buffer.from([99, 0, 0, 0, 1]), Buffer.alloc(2)]) {
      const page = openPage(app);
      const closed = new Promise<void>((resolve) => page.bytes.onClose(() => resolve()));
      page.bytes.send(frame);
      await closed;
    }
  });

  it('answers wrong input and unknown things with coded errors', async () => {
    const { api } = openPage(startApp(makeHost()));
    await expect(api.clusters.add({ address: 'not an address' })).rejects.toMatchObject({
      code: 'APP',
      data: { code: 'address-invalid' },
    });
    await expect(api.workspace.closeTab({ tabId: 'nope' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
    await expect(api.workspace.closeTab({ tabId: 'resources' })).rejects.toMatchObject({
      data: { code: 'unsupported' },
    });
    await expect(api.shells.resize({ shellId: 'nope', size })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
    await expect(api.shells.resize({ shellId: 'nope', size: { cols: 0, rows: 1 } })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(api.app.openExternal({ url: 'file:///etc/passwd' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(api.clusters.signIn({ kind: 'demo' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
    const serverUri = formatResourceUri({ address: 'x:1', userName: 'u', kind: 'server', id: 'i' });
    await expect(api.shells.open({ serverUri, serverName: 's', login: 'l', size })).rejects.toMatchObject({
      data: { code: 'signed-out' },
    });
  });

  it('keeps clusters and sealed sign-ins over a restart, and forgets them on signing out', async () => {
    const { cluster, user } = await startCluster();
    const host = makeHost();
    const first = startApp(host);
    const page = openPage(first);
    const { clusterUri } = await page.api.clusters.add({
      address: cluster.address,
      trust: { kind: 'ca', pem: cluster.webCaPem },
    });
    const { accountUri } = await page.api.clusters.signIn({
      kind: 'password',
      clusterUri,
      userName: 'alice',
      password: user.password,
      oneTimeCode: cluster.core.users.currentCode('alice'),
    });
    await first.dispose();
    const stored = filesBelow(host.dataFolder).map((file) => readFileSync(file, 'latin1'));
    expect(stored.length).toBeGreaterThan(2);
    for (const text of stored) expect(text).not.toMatch(/PRIVATE KEY|AAAA[A-Za-z0-9+/]{60}/);

    const second = openPage(startApp(makeHost(host.dataFolder)));
    const state = await watch(second.api);
    expect(state.get().accounts[accountUri]?.status).toBe('signed-in');
    expect(state.get().workspace.activeAccountUri).toBe(accountUri);
    const list = await second.api.resources.list({
      accountUri,
      kinds: [],
      search: '',
      sort: { field: 'name', descending: false },
      limit: 10,
    });
    expect(list.items).toHaveLength(1);
    await second.api.clusters.signOut({ accountUri });
    await expect.poll(() => state.get().accounts[accountUri]).toBeUndefined();
    expect(readdirSync(join(host.dataFolder, 'identities'))).toEqual([]);
    await second.api.clusters.remove({ clusterUri });
    await expect.poll(() => state.get().clusters[clusterUri]).toBeUndefined();
  });

  it('notices the end of a certificate by itself', async () => {
    const cluster = await startCluster(1_500);
    const page = openPage(startApp(makeHost(), cluster));
    const state = await watch(page.api);
    const { accountUri } = await page.api.clusters.signIn({ kind: 'demo' });
    await expect.poll(() => state.get().accounts[accountUri]?.status, { timeout: 5_000 }).toBe('expired');
    const asked = page.api.resources.list({
      accountUri,
      kinds: [],
      search: '',
      sort: { field: 'name', descending: false },
      limit: 10,
    });
    await expect(asked).rejects.toMatchObject({ data: { code: 'session-expired', action: 'sign-in' } });
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
