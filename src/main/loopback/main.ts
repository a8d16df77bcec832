import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../app/create-app.ts';
import { startDemoProcess } from '../demo/demo-process.ts';
import { findBrowser, hasDisplay, openBrowserWindow } from './browser-window.ts';
import { createLoopbackHost, defaultDataFolder } from './loopback-host.ts';
import { LoopbackServer } from './loopback-server.ts';

const root = join(import.meta.dirname, '../../..');
const forcedExitMs = 5_000;

/** The loopback host as a program: `--no-cluster`, `--no-open`, `--data <folder>`, `--port <number>`. */
async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'no-cluster': { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
    },
  });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const host = createLoopbackHost(values.data ?? defaultDataFolder());
  const demo = values['no-cluster'] ? undefined : await startDemoProcess(join(root, 'src/cluster/main.ts'));
  const app = createApp(host, { version, ...(demo ? { demo } : {}) });
  const server = new LoopbackServer({
    app,
    pageFolder: join(root, 'dist/renderer'),
    port: Number(values.port),
  });
  const address = await server.listen();
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), forcedExitMs).unref();
    await server.close();
    await app.dispose();
    await demo?.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end());
  show(address, values['no-open'], host.dataFolder, () => void end());
}

function show(address: string, noOpen: boolean, dataFolder: string, onClosed: () => void): void {
  const browser = noOpen || !hasDisplay() ? undefined : findBrowser();
  if (!browser) {
    process.stdout.write(`Porthole is at ${address}\n`);
    return;
  }
  const window = openBrowserWindow(browser, address, dataFolder);
  process.once('exit', () => window.kill());
  window.once('error', () => process.stdout.write(`Porthole is at ${address}\n`));
  window.once('exit', onClosed);
}

run().catch((error: unknown) => {
  process.stderr.write(
    `Porthole could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
