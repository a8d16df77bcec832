import { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

// Electron as far as the app uses it, recording what it is told: the binary is not in the npm registry. Tests put this
// module in the place of `electron` with `vi.mock`.

interface RecordedWindow {
  readonly options: { webPreferences: Record<string, unknown> };
  readonly webContents: EventEmitter & Record<string, unknown>;
  url: string;
}

/** What the app told, and what it is answered. */
export const electron = {
  windows: [] as RecordedWindow[],
  opened: [] as string[],
  ipc: new Map<string, (event: unknown) => void>(),
  encryption: { available: true, backend: 'gnome_libsecret' },
  userData: '',
  script: undefined as unknown,
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
};

/** A fresh machine: no window, an empty folder of the user, a key store that works. */
export function resetElectron(): void {
  electron.windows.length = 0;
  electron.opened.length = 0;
  electron.userData = mkdtempSync(join(tmpdir(), 'porthole-electron-'));
  electron.encryption = { available: true, backend: 'gnome_libsecret' };
}

export class BrowserWindow extends EventEmitter {
  webContents = Object.assign(new EventEmitter(), {
    openHandler: undefined as unknown,
    setWindowOpenHandler(handler: unknown) {
      this.openHandler = handler;
    },
    mainFrame: {},
    session: {
      verify: undefined as unknown,
      setCertificateVerifyProc(proc: unknown) {
        this.verify = proc;
      },
      setPermissionRequestHandler: () => undefined,
    },
    getURL: () => electron.windows.at(-1)?.url ?? '',
    executeJavaScript: () => electron.script,
  });
  isGone = false;
  isDestroyed() {
    return this.isGone;
  }
  destroy() {
    this.isGone = true;
    this.emit('closed');
  }
  constructor(options: { webPreferences: Record<string, unknown> }) {
    super();
    electron.windows.push({ options, webContents: this.webContents as never, url: '' });
  }
  async loadURL(url: string) {
    const own = electron.windows.at(-1);
    if (own) own.url = url;
  }
  show() {}
  isMinimized = () => false;
  isMaximized = () => this.maximized;
  maximized = false;
  maximize() {
    this.maximized = true;
  }
  bounds = { x: 0, y: 0, width: 1280, height: 800 };
  getNormalBounds = () => this.bounds;
}

export class MessageChannelMain {
  port1 = Object.assign(new EventEmitter(), { start: vi.fn(), postMessage: vi.fn(), close: vi.fn() });
  port2 = { isPort2: true };
}

export class Notification extends EventEmitter {
  static isSupported = () => true;
  show() {}
}

export const app = { getPath: () => electron.userData };
export const dialog = {};
export const screen = { getAllDisplays: () => electron.displays };
export const nativeTheme = { shouldUseDarkColors: true };
export const shell = { openExternal: async (url: string) => electron.opened.push(url) };
export const ipcMain = {
  on: (name: string, listener: (event: unknown) => void) => electron.ipc.set(name, listener),
};
export const safeStorage = {
  isEncryptionAvailable: () => electron.encryption.available,
  getSelectedStorageBackend: () => electron.encryption.backend,
  encryptString: (text: string) => Buffer.from(`sealed:${text}`),
  decryptString: (sealed: Buffer) => {
    if (!sealed.toString().startsWith('sealed:')) throw new Error('cannot decrypt');
    return sealed.toString().slice('sealed:'.length);
  },
};
export const net = { fetch: async () => new Response('page') };
export const protocol = { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() };
