import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Host } from '../host/host.ts';
import { makeHost } from '../testing/host.ts';
import { openPage, openTerminal } from '../testing/page.ts';
import { createApp } from './create-app.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const size = { cols: 80, rows: 24 };

/** One run of the app. `crash` leaves its files as they are in the middle of it. */
async function run(host: Host) {
  const app = createApp(host, { version: '0.0.0' });
  let isEnded = false;
  const end = async () => {
    if (!isEnded) await app.dispose();
    isEnded = true;
  };
  cleanUps.push(end);
  return { page: await openPage(app), end };
}

const markCrash = (host: Host, crashes: number) =>
  host.openStore('run').write({ format: 1, isRunning: true, crashes });

describe('reopening', () => {
  it('brings tabs, titles and screens back in their order, and nothing in clear into the files', async () => {
    const host = makeHost();
    const first = await run(host);
    const { shellId, tabId } = await first.page.api.shells.openLocal({ size });
    const terminal = openTerminal(first.page.bytes, 1, shellId);
    // What is typed is shown by the terminal device, however long the shell takes to start.
    terminal.type('echo secret-42');
    await expect.poll(() => terminal.screen.tail).toContain('secret-42');
    await first.page.api.shells.setTitle({ shellId, title: 'my shell' });
    await first.page.api.workspace.openSettings({ section: 'keys' });
    await first.page.api.workspace.openRequests();
    await first.page.api.workspace.moveTab({ tabId, toIndex: 3 });
    await first.page.api.workspace.activateTab({ tabId });
    await first.end();

    const folder = join(host.dataFolder, 'screens');
    const [file] = readdirSync(folder);
    expect(readFileSync(join(folder, file ?? '')).includes('secret-42')).toBe(false);
    expect(statSync(join(folder, file ?? '')).mode & 0o777).toBe(0o600);

    const second = await run(host);
    const { workspace, shells } = second.page.state();
    expect(workspace.tabs.map((tab) => tab.kind)).toEqual(['resources', 'settings', 'requests', 'shell']);
    expect(workspace.tabs[1]).toMatchObject({ section: 'keys' });
    expect(workspace.tabs[3]).toMatchObject({ title: 'my shell', id: tabId });
    expect(workspace.activeTabId).toBe(tabId);
    expect(shells[shellId]?.status).toMatchObject({ kind: 'ended', end: { kind: 'reopened' } });
    const again = openTerminal(second.page.bytes, 1, shellId);
    await expect.poll(() => again.screen.tail).toContain('secret-42');

    await second.page.api.shells.reconnect({ shellId, size });
    await expect.poll(() => second.page.state().shells[shellId]?.status.kind).toBe('open');
    again.type('echo back-2');
    await expect.poll(() => again.screen.tail).toContain('back-2');
    await second.page.api.workspace.closeTab({ tabId });
    await second.end();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('opens nothing when the settings say so, and keeps no screen', async () => {
    const host = makeHost();
    const first = await run(host);
    await first.page.api.settings.set({ values: { 'workspace.restore': false } });
    await first.page.api.shells.openLocal({ size });
    await first.end();
    const second = await run(host);
    expect(second.page.state().workspace.tabs).toHaveLength(1);
    expect(() => readdirSync(join(host.dataFolder, 'screens'))).toThrow();
  });

  it('opens the tabs after one crash, and asks after two in a row', async () => {
    const host = makeHost();
    const first = await run(host);
    await first.page.api.workspace.openSettings({ section: 'network' });
    await first.end();

    markCrash(host, 0);
    const second = await run(host);
    expect(second.page.state().workspace.tabs).toHaveLength(2);
    await second.end();

    markCrash(host, 1);
    const third = await run(host);
    expect(third.page.state().workspace).toMatchObject({ tabs: [{}], reopenOffer: { tabs: 1 } });
    await third.end();

    // Not answered: it is asked again, and the tabs are not lost.
    markCrash(host, 1);
    const fourth = await run(host);
    await fourth.page.api.workspace.answerReopen({ opens: true });
    await expect.poll(() => fourth.page.state().workspace.tabs.length).toBe(2);
    expect(fourth.page.state().workspace.reopenOffer).toBeUndefined();
    await fourth.end();

    markCrash(host, 5);
    const fifth = await run(host);
    await fifth.page.api.workspace.answerReopen({ opens: false });
    await fifth.end();
    const sixth = await run(host);
    expect(sixth.page.state().workspace.tabs).toHaveLength(1);
  });

  it('starts with damaged files', async () => {
    const host = makeHost();
    host.openStore('workspace').write({ format: 1, tabs: 'many' });
    host.openStore('run').write({ isRunning: 'perhaps' });
    const { page } = await run(host);
    expect(page.state().workspace.tabs).toHaveLength(1);
  });
});
