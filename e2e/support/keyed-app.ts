import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/main/app/create-app.ts';
import { createBrowserAuthenticator } from '../../src/main/loopback/browser-authenticator.ts';
import { createLoopbackHost } from '../../src/main/loopback/loopback-host.ts';
import { LoopbackServer } from '../../src/main/loopback/loopback-server.ts';
import { VirtualKey } from '../../src/main/testing/virtual-key.ts';

/** Porthole under the loopback host, in this process, with Chromium's virtual security key plugged in. */
export async function startKeyedApp() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'porthole-keyed-'));
  const key = new VirtualKey();
  const host = {
    ...createLoopbackHost(dataFolder),
    authenticator: createBrowserAuthenticator({ dataFolder, onPage: key.plugIn }),
  };
  const app = createApp(host, { version: '0.0.0' });
  const server = new LoopbackServer({
    app: Promise.resolve(app),
    pageFolder: join(import.meta.dirname, '../../dist/renderer'),
    port: 0,
  });
  const address = await server.listen();
  return {
    address,
    key,
    stop: async () => {
      await server.close();
      await app.dispose();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
