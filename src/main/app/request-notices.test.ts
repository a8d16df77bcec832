import { afterEach, describe, expect, it } from 'vitest';
import { draft, type RequestWorld, startRequestWorld } from '../testing/request-app.ts';

const worlds: RequestWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

describe('notices of the system about access requests', () => {
  it('come and stay away as the settings say, at once; the inbox has them all', async () => {
    const world = await startRequestWorld();
    worlds.push(world);
    const { page, account, told, state } = world;
    const count = () => Object.keys(state().notices).length;
    await page.api.requests.create(draft(account.alice));
    await expect.poll(count).toBe(2);
    expect(told).toHaveLength(2);
    for (const name of ['notifications.requests', 'notifications.system'] as const) {
      const before = count();
      await page.api.settings.set({ values: { [name]: false } });
      await page.api.requests.create(draft(account.alice));
      await expect.poll(count).toBe(before + 2);
      expect(told).toHaveLength(2);
      await page.api.settings.reset({ names: [name] });
    }
  });
});
