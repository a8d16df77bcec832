import { afterEach, describe, expect, it } from 'vitest';
import { KeepAlive } from '../protocol/net/keep-alive.ts';
import { makeHost } from '../testing/host.ts';
import { openPage } from '../testing/page.ts';
import type { App } from './app.ts';
import { createApp } from './create-app.ts';

const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.dispose();
});

describe('settings that the core follows', () => {
  it('make the page larger where the host can, from the start and at once', async () => {
    const factors: number[] = [];
    const host = { ...makeHost(), zoom: (factor: number) => factors.push(factor) };
    const app = createApp(host, { version: '0.0.0' });
    apps.push(app);
    const { api, state } = await openPage(app);
    expect(state().app.capabilities).toContain('zoom');
    await api.settings.set({ values: { 'appearance.zoom': 150 } });
    expect(factors).toEqual([1, 1.5]);
    const again = createApp({ ...makeHost(host.dataFolder), zoom: host.zoom }, { version: '0.0.0' });
    apps.push(again);
    expect(factors.at(-1)).toBe(1.5);
  });

  it('test quiet connections as often as they say', async () => {
    const app = createApp(makeHost(), { version: '0.0.0' });
    apps.push(app);
    const { api } = await openPage(app);
    let questions = 0;
    const keepAlive = new KeepAlive({ ping: () => (questions += 1), onDead: () => undefined });
    try {
      await api.settings.set({ values: { 'connections.keepAliveSeconds': 5 } });
      await expect.poll(() => questions, { timeout: 12_000 }).toBeGreaterThan(0);
    } finally {
      keepAlive.dispose();
    }
  });
});
