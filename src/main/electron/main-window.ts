import { BrowserWindow, nativeTheme, shell } from 'electron';
import type { WindowBounds } from '../host/window-bounds.ts';

export interface MainWindowOptions {
  readonly preload: string;
  /** Address of the page under the app's own scheme. */
  readonly pageUrl: string;
  readonly bounds: WindowBounds;
}

/** The one window: sandboxed, isolated, without Node, and unable to go anywhere else. */
export function createMainWindow(options: MainWindowOptions): BrowserWindow {
  const { isMaximized, x, y, ...size } = options.bounds;
  const window = new BrowserWindow({
    ...size,
    ...(x === undefined || y === undefined ? {} : { x, y }),
    minWidth: 640,
    minHeight: 400,
    show: false,
    title: 'Porthole',
    // The page's own colour, so that nothing flashes before the first paint.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0d1017' : '#f2f4f7',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: process.env['PORTHOLE_DEVTOOLS'] === '1',
    },
  });
  window.once('ready-to-show', () => {
    if (isMaximized) window.maximize();
    window.show();
  });
  const { webContents } = window;
  webContents.setWindowOpenHandler(({ url }) => {
    if (isWebAddress(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  webContents.on('will-navigate', (event, url) => {
    if (url !== options.pageUrl) event.preventDefault();
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  void window.loadURL(options.pageUrl);
  return window;
}

export function isWebAddress(url: string): boolean {
  try {
    return ['https:', 'http:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
