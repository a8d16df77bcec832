import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/main/app/create-app.ts';
import { createBrowserAuthenticator } from '../../src/main/loopback/browser-authenticator.ts';
import { createLoopbackHost } from '../../src/main/loopback/loopback-host.ts';
import { LoopbackServer } from '../../src/main/loopback/loopback-server.ts';
import { VirtualKey } from '../../src/main/testing/virtual-key.ts';

export interface KeyedApp {
  readonly address: string;
  /** What is plugged in now. */
  key: VirtualKey;
  stop(): Promise<void>;
}

/** Porthole under the loopback host, in this process, with Chromium's virtual security key plugged in. */
export async function startKeyedApp(): Promise<KeyedApp> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'porthole-keyed-'));
  const onPage: VirtualKey['plugIn'] = (pipe, session) => keyed.key.plugIn(pipe, session);
  const host = {
    ...createLoopbackHost(dataFolder),
    authenticator: createBrowserAuthenticator({ dataFolder, onPage }),
  };
  const app = createApp(host, { version: '0.0.0' });
  const server = new LoopbackServer({
    app: Promise.resolve(app),
    pageFolder: join(import.meta.dirname, '../../dist/renderer'),
    port: 0,
  });
  const keyed: KeyedApp = {
    address: await server.listen(),
    key: new VirtualKey(),
    stop: async () => {
      await server.close();
      await app.dispose();
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  return keyed;
}
