import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DemoProcess } from '../demo/demo-process.ts';
import type { Host } from '../host/host.ts';
import { readBounds } from '../host/window-bounds.ts';
import { showSourcePositions } from '../log/source-positions.ts';
import { findBrowser, hasDisplay, openBrowserWindow } from './browser-window.ts';
import { defaultDataFolder } from './data-folder.ts';
import { LoopbackServer } from './loopback-server.ts';

// Built to `dist/main/loopback.cjs`.
const folder = import.meta.dirname;
const root = join(folder, '../..');
const forcedExitMs = 5_000;

/** The loopback host as a program: `--no-cluster`, `--no-open`, `--data <folder>`, `--port <number>`. */
async function run(): Promise<void> {
  showSourcePositions(root);
  const { values } = parseArgs({
    options: {
      'no-cluster': { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
    },
  });
  const dataFolder = values.data ?? defaultDataFolder();
  const { promise: starting, resolve: setCore } =
    Promise.withResolvers<Awaited<ReturnType<typeof startCore>>>();
  const server = new LoopbackServer({
    app: starting.then((core) => core.app),
    pageFolder: join(folder, '../renderer'),
    port: Number(values.port),
  });
  const address = await server.listen();
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), forcedExitMs).unref();
    await server.close();
    const core = await starting;
    await core.app.dispose();
    await core.demo?.stop();
    process.exit(0);
  };
  // Not `once`: a library sends the signal again after its own clean-up, and without a listener that would end us at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
  show(address, values['no-open'], dataFolder, () => void end());
  // The core is most of the program: the browser starts and the page loads while it does.
  setCore(startCore(dataFolder, !values['no-cluster']));
  await starting;
}

async function startCore(dataFolder: string, withDemo: boolean) {
  const creating = import('./loopback-host.ts').then((module) => module.createLoopbackHost(dataFolder));
  const demoStarting = withDemo ? startDemo(creating) : undefined;
  const [{ createApp }, host, { usageCollectorOf }, demo] = await Promise.all([
    import('../app/create-app.ts'),
    creating,
    import('../app/build-info.ts'),
    demoStarting,
  ]);
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    usageCollector?: string;
  };
  const usageCollector = usageCollectorOf(about);
  const app = createApp(host, {
    version: about.version,
    ...(usageCollector ? { usageCollector } : {}),
    ...(demo ? { demo } : {}),
  });
  return { app, demo };
}

async function startDemo(creating: Promise<Host>): Promise<DemoProcess> {
  const [{ startDemoProcess }, { openDemoStore }] = await Promise.all([
    import('../demo/demo-process.ts'),
    import('../demo/demo-store.ts'),
  ]);
  return startDemoProcess(join(folder, '../cluster/cluster.js'), creating.then(openDemoStore));
}

function show(address: string, noOpen: boolean, dataFolder: string, onClosed: () => void): void {
  const browser = noOpen || !hasDisplay() ? undefined : findBrowser();
  if (!browser) {
    process.stdout.write(`Porthole is at ${address}\n`);
    return;
  }
  // Read by itself: the window opens before the core is there.
  const bounds = readBounds({
    read: () => JSON.parse(readFileSync(join(dataFolder, 'window.json'), 'utf8')) as unknown,
  });
  const window = openBrowserWindow(browser, address, dataFolder, bounds);
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
