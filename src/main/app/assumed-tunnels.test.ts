import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { formatResourceUri, parseAccountUri } from '../../shared/uri/uri.ts';
import { approve, draft, startRequestWorld } from '../testing/request-app.ts';
import { dialLocal, readSome, readToEnd } from '../testing/tunnel-app.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const patience = { timeout: 20_000 };

/** A TCP service that sends back what it gets, reached by those who have the role `prod`. */
async function start() {
  const service = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  cleanUps.push(() => service.close());
  const { port } = service.address() as AddressInfo;
  const world = await startRequestWorld({
    cluster: {
      apps: [{ name: 'echo', uri: `tcp://127.0.0.1:${port}`, labels: { env: 'prod' }, description: '' }],
    },
  });
  cleanUps.push(world.stop);
  return world;
}

async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return (await readSome(socket, text.length)).toString();
}

describe('a tunnel that an assumed request has opened', { timeout: 90_000 }, () => {
  it('goes on for the connection that is there, and takes the new certificate for the next one', async () => {
    const world = await start();
    const { page, state, account } = world;
    const { uri } = await page.api.requests.create(draft(account.alice, { roles: ['prod'] }));
    await approve(world, uri);
    await expect.poll(() => state().requests[uri]?.assumable.kind, patience).toBe('now');
    await page.api.requests.assume({ requestUris: [uri] });
    const parts = parseAccountUri(account.alice);
    const resourceUri = formatResourceUri({
      address: parts?.address ?? '',
      userName: 'alice',
      kind: 'app',
      id: 'echo',
    });
    const { tunnelId } = await page.api.tunnels.open({ target: { kind: 'app', resourceUri } });
    const status = () => state().tunnels[tunnelId]?.status;
    await expect.poll(() => status()?.kind, patience).toBe('ready');
    const port = state().tunnels[tunnelId]?.port ?? 0;
    const first = await dialLocal(port);
    cleanUps.push(() => first.destroy());
    expect(await echo(first, 'one')).toBe('one');

    await page.api.requests.drop({ accountUri: account.alice });
    expect(state().accounts[account.alice]?.assumed).toEqual([]);
    expect(await echo(first, 'two')).toBe('two');
    const refused = await dialLocal(port);
    refused.write('three');
    expect((await readToEnd(refused)).toString()).toBe('');

    await page.api.requests.assume({ requestUris: [uri] });
    const again = async () => {
      const socket = await dialLocal(port);
      try {
        socket.end('four');
        return (await readToEnd(socket)).toString();
      } finally {
        socket.destroy();
      }
    };
    await expect.poll(again, patience).toBe('four');
    expect(await echo(first, 'five')).toBe('five');
  });
});
