import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { startTunnelApp, startTunnelCluster } from '../testing/tunnel-app.ts';
import { findFreePort, preferredPort } from './port-listener.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function occupy(port: number): Promise<number> {
  const server: Server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as { port: number }).port;
}

describe('the ports of new tunnels', () => {
  it('lie in their range, the same for the same name', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1_024, max: 60_000 }),
        fc.nat(5_000),
        (name, first, more) => {
          const port = preferredPort(name, { first, last: first + more });
          expect(port).toBeGreaterThanOrEqual(first);
          expect(port).toBeLessThanOrEqual(first + more);
          expect(preferredPort(name, { first, last: first + more })).toBe(port);
        },
      ),
    );
  });

  it('begin again at the first one, and end with an error where none is free', async () => {
    const taken = await occupy(0);
    const range = { first: taken, last: taken };
    await expect(findFreePort(taken, new Set(), range)).rejects.toMatchObject({ code: 'port-taken' });
    const free = taken - 1;
    const found = findFreePort(taken, new Set(), { first: free, last: taken });
    expect([free, 'taken']).toContain(await found.catch(() => 'taken'));
  });

  it('follow the settings at once; a known tunnel keeps its port', async () => {
    const uri = `tcp://127.0.0.1:${await occupy(0)}`;
    const apps = ['one', 'two'].map((name) => ({ name, uri, labels: {} }));
    const started = await startTunnelCluster({ apps });
    cleanUps.push(() => started.cluster.stop());
    const world = await startTunnelApp(started);
    cleanUps.push(() => world.app.dispose());
    const open = (name: string) => world.openReady({ kind: 'app', resourceUri: world.uri('app', name) });
    const one = await open('one');
    expect(one.port).toBeGreaterThanOrEqual(20_000);
    expect(one.port).toBeLessThanOrEqual(29_999);
    // The wrong way round, it is the same range.
    await world.page.api.settings.set({
      values: { 'connections.firstPort': 31_999, 'connections.lastPort': 31_000 },
    });
    expect(world.tunnel(one.id).port).toBe(one.port);
    const two = await open('two');
    expect(two.port).toBeGreaterThanOrEqual(31_000);
    expect(two.port).toBeLessThanOrEqual(31_999);
  });
});
