import { userInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { startFileWorld } from '../testing/file-world.ts';
import { makeHost } from '../testing/host.ts';
import { openPage } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

describe('files of the last run', () => {
  it('are there in their tab and beside their shell, in their folder, and connect when asked', async () => {
    const host = makeHost();
    const world = await startFileWorld({ host });
    cleanUps.push(() => world.cluster.stop());
    const { api } = world.page;
    const paneId = await world.openPane();
    const drain = async (path: string) => {
      for await (const _chunk of await api.files.list({ paneId, path }));
    };
    await drain('/');
    await drain('/etc');
    const { shellId } = await api.shells.open({
      serverUri: world.serverUri,
      serverName: 'workbench',
      login: userInfo().username,
      size: { cols: 80, rows: 24 },
    });
    await expect.poll(() => world.page.state().shells[shellId]?.status.kind).toBe('open');
    const beside = await api.files.openBeside({ shellId });
    await api.settings.set({ values: { 'files.width': 35 } });
    await world.app.dispose();

    const { address, webCaPem } = world.cluster;
    const credentials = async () => ({
      password: world.user.password,
      oneTimeCode: world.cluster.core.users.currentCode('alice'),
    });
    const options = { version: '0.0.0', demo: { address, caPem: webCaPem, userName: 'alice', credentials } };
    const next = createApp(host, options);
    cleanUps.push(() => next.dispose());
    const page = await openPage(next);
    const state = () => page.state();
    expect(state().workspace.tabs.map((tab) => tab.kind)).toEqual(['resources', 'files', 'shell']);
    expect(state().filePanes[paneId]).toMatchObject({
      serverName: 'workbench',
      startFolder: '/etc',
      status: { kind: 'ended', error: { action: 'retry' } },
    });
    expect(state().filePanes[beside.paneId]?.shellId).toBe(shellId);
    expect(state().settings.values['files.width']).toBe(35);
    // The demo's certificates are of one start only.
    await page.api.clusters.signIn({ kind: 'demo' });
    await page.api.files.reconnect({ paneId });
    await expect.poll(() => state().filePanes[paneId]?.status).toMatchObject({ kind: 'ready' });

    await page.api.files.close({ paneId: beside.paneId });
    await next.dispose();
    const third = createApp(host, options);
    cleanUps.push(() => third.dispose());
    const last = await openPage(third);
    expect(Object.keys(last.state().filePanes)).toEqual([paneId]);
  });
});
