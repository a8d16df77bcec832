import type { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultBounds } from '../host/window-bounds.ts';
import { electron, resetElectron } from '../testing/electron.ts';
import { createElectronHost } from './electron-host.ts';
import { keepWindow, keptBounds } from './keep-window.ts';
import { createMainWindow, isWebAddress } from './main-window.ts';

vi.mock('electron', () => import('../testing/electron.ts'));
vi.mock('electron-store', async () => ({
  default: (await import('../testing/electron-store.ts')).ElectronStore,
}));

beforeEach(resetElectron);

describe('the window', () => {
  it('is sandboxed, isolated, without Node, and has one preload script', () => {
    createMainWindow({
      preload: '/preload.cjs',
      pageUrl: 'porthole://app/index.html',
      bounds: defaultBounds,
    });
    expect(electron.windows[0]?.options.webPreferences).toMatchObject({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    });
    expect(electron.windows[0]?.url).toBe('porthole://app/index.html');
  });

  it('comes back where it was and as large as it was, also after a crash', async () => {
    const store = createElectronHost().openStore('window');
    const options = { preload: '', pageUrl: 'porthole://app/index.html' };
    const first = createMainWindow({ ...options, bounds: keptBounds(store) });
    expect(electron.windows[0]?.options).toMatchObject({ width: 1280, height: 800 });
    expect(electron.windows[0]?.options).not.toHaveProperty('x');
    keepWindow(first, store);
    Object.assign(first, { bounds: { x: 300, y: 40, width: 1100, height: 700 }, maximized: true });
    first.emit('resize');
    // Nobody closes it: what is on the disk is all there is.
    await expect.poll(() => store.read()).toMatchObject({ x: 300, isMaximized: true });

    const second = createMainWindow({ ...options, bounds: keptBounds(store) });
    expect(electron.windows[1]?.options).toMatchObject({ x: 300, y: 40, width: 1100, height: 700 });
    second.emit('ready-to-show');
    expect(second.isMaximized()).toBe(true);
    // The screen that showed it is gone.
    store.write({ x: 5_000, y: 40, width: 1100, height: 700, isMaximized: false });
    expect(keptBounds(store)).toEqual({ width: 1100, height: 700, isMaximized: false });
  });

  it('opens nothing, goes nowhere, and hands web addresses to the browser', () => {
    createMainWindow({ preload: '', pageUrl: 'porthole://app/index.html', bounds: defaultBounds });
    const contents = electron.windows[0]?.webContents as unknown as EventEmitter & {
      openHandler: (details: { url: string }) => { action: string };
    };
    expect(contents.openHandler({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
    expect(contents.openHandler({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(electron.opened).toEqual(['https://example.com/']);
    const stop = vi.fn();
    contents.emit('will-navigate', { preventDefault: stop }, 'https://evil.example/');
    contents.emit('will-attach-webview', { preventDefault: stop });
    expect(stop).toHaveBeenCalledTimes(2);
    contents.emit('will-navigate', { preventDefault: stop }, 'porthole://app/index.html');
    expect(stop).toHaveBeenCalledTimes(2);
    expect(isWebAddress('javascript:alert(1)')).toBe(false);
  });
});
