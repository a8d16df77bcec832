import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, dialog, session } from 'electron';
import { usageCollectorOf } from '../app/build-info.ts';
import { createApp } from '../app/create-app.ts';
import { startDemoProcess } from '../demo/demo-process.ts';
import { openDemoStore } from '../demo/demo-store.ts';
import { showSourcePositions } from '../log/source-positions.ts';
import { connectPages } from './connect-pages.ts';
import { createElectronHost, zoomWindow } from './electron-host.ts';
import { keepWindow, keptBounds } from './keep-window.ts';
import { createMainWindow } from './main-window.ts';
import { pageOrigin, pageUrl, registerPageScheme, servePage } from './page-protocol.ts';
import { restrictPermissions } from './permissions.ts';

// Built to `dist/main/electron.cjs`.
const folder = import.meta.dirname;

async function run(): Promise<void> {
  showSourcePositions(join(folder, '../..'));
  registerPageScheme();
  app.enableSandbox();
  await app.whenReady();
  restrictPermissions(session.defaultSession, pageOrigin);
  servePage(join(folder, '../renderer'));
  const host = createElectronHost();
  const demo = process.argv.includes('--no-cluster')
    ? undefined
    : await startDemoProcess(join(folder, '../cluster/cluster.js'), openDemoStore(host), ['--no-warnings']);
  const about = JSON.parse(readFileSync(join(app.getAppPath(), 'package.json'), 'utf8')) as object;
  const usageCollector = usageCollectorOf(about);
  const core = createApp(host, {
    version: app.getVersion(),
    ...(usageCollector ? { usageCollector } : {}),
    ...(demo ? { demo } : {}),
  });
  const windowStore = host.openStore('window');
  const bounds = keptBounds(windowStore);
  const window = createMainWindow({ preload: join(folder, '../preload/preload.cjs'), pageUrl, bounds });
  keepWindow(window, windowStore);
  connectPages(core, window.webContents);
  window.webContents.on('did-finish-load', () => zoomWindow(window));
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  let isEnding = false;
  app.on('before-quit', (event) => {
    if (isEnding) return;
    isEnding = true;
    event.preventDefault();
    void core
      .dispose()
      .then(() => demo?.stop())
      .finally(() => app.quit());
  });
  app.on('window-all-closed', () => app.quit());
}

// One instance: two would write the same files.
if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    dialog.showErrorBox('Porthole could not start', error instanceof Error ? error.message : String(error));
    for (const window of BrowserWindow.getAllWindows()) window.destroy();
    app.exit(1);
  });
} else {
  app.quit();
}
