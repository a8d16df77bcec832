import type { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../app/app.ts';
import { defaultBounds } from '../host/window-bounds.ts';

// The contract with Electron, checked against a stand-in that records what it is told: the binary is not in the npm registry.
const electron = vi.hoisted(() => ({
  windows: [] as {
    options: { webPreferences: Record<string, unknown> };
    webContents: EventEmitter & Record<string, unknown>;
    url: string;
  }[],
  opened: [] as string[],
  ipc: new Map<string, (event: unknown) => void>(),
  encryption: { available: true, backend: 'gnome_libsecret' },
  userData: '',
  script: undefined as unknown,
  notices: [] as unknown[],
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
}));

vi.mock('electron', async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  class BrowserWindow extends Emitter {
    webContents = Object.assign(new Emitter(), {
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
  class MessageChannelMain {
    port1 = Object.assign(new Emitter(), { start: vi.fn(), postMessage: vi.fn(), close: vi.fn() });
    port2 = { isPort2: true };
  }
  class Notification extends Emitter {
    static isSupported = () => true;
    constructor(words: unknown) {
      super();
      electron.notices.push(words);
    }
    show() {}
  }
  return {
    Notification,
    app: { getPath: () => electron.userData },
    BrowserWindow,
    MessageChannelMain,
    screen: { getAllDisplays: () => electron.displays },
    nativeTheme: { shouldUseDarkColors: true },
    shell: { openExternal: async (url: string) => electron.opened.push(url) },
    ipcMain: { on: (name: string, listener: (event: unknown) => void) => electron.ipc.set(name, listener) },
    safeStorage: {
      isEncryptionAvailable: () => electron.encryption.available,
      getSelectedStorageBackend: () => electron.encryption.backend,
      encryptString: (text: string) => Buffer.from(`sealed:${text}`),
      decryptString: (sealed: Buffer) => {
        if (!sealed.toString().startsWith('sealed:')) throw new Error('cannot decrypt');
        return sealed.toString().slice('sealed:'.length);
      },
    },
    net: { fetch: async () => new Response('page') },
    protocol: { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() },
  };
});
vi.mock('electron-store', async () => ({
  default: (await import('../testing/electron-store.ts')).ElectronStore,
}));

const { createWindowAuthenticator } = await import('./authenticator-window.ts');
const { createMainWindow, isWebAddress } = await import('./main-window.ts');
const { restrictPermissions } = await import('./permissions.ts');
const { connectPages } = await import('./connect-pages.ts');
const { createElectronHost } = await import('./electron-host.ts');
const { keepWindow, keptBounds } = await import('./keep-window.ts');
const { fileOf, pageOrigin, servePage } = await import('./page-protocol.ts');
const { protocol } = await import('electron');

beforeEach(() => {
  electron.windows.length = 0;
  electron.opened.length = 0;
  electron.userData = mkdtempSync(join(tmpdir(), 'porthole-electron-'));
  electron.encryption = { available: true, backend: 'gnome_libsecret' };
});

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

describe('the window of a security key', () => {
  const site = {
    origin: 'https://proxy.example:3080',
    certificateSha256: 'aaa=',
    publicKeySha256: 'bbb=',
  };
  const request = {
    challenge: new Uint8Array(32),
    timeoutMs: 60_000,
    rpId: 'proxy.example',
    allowCredentials: [],
    userVerification: 'discouraged' as const,
  };
  const answer = { id: 'AQ', client: 'Ag', data: 'Aw', signature: 'BA', user: '', appId: false };

  it('is alone on the origin of the proxy, without preload, and trusts one certificate', async () => {
    electron.script = Promise.resolve(answer);
    const { signal } = new AbortController();
    const assertion = await createWindowAuthenticator().get(request, site, signal);
    expect([...assertion.credentialId, ...assertion.signature]).toEqual([1, 4]);
    const [window] = electron.windows;
    expect(window?.url).toBe('https://proxy.example:3080/webapi/ping');
    const preferences = window?.options.webPreferences ?? {};
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    expect(preferences['preload']).toBeUndefined();
    expect(String(preferences['partition'])).not.toMatch(/^persist:/);
    const contents = window?.webContents as unknown as EventEmitter & {
      openHandler: () => { action: string };
      session: {
        verify: (request: object, done: (result: number) => void) => void;
      };
    };
    expect(contents.openHandler()).toEqual({ action: 'deny' });
    const stop = vi.fn();
    contents.emit('will-navigate', { preventDefault: stop }, 'https://evil.example/');
    contents.emit('will-redirect', { preventDefault: stop }, 'https://evil.example/');
    expect(stop).toHaveBeenCalledTimes(2);
    const results: number[] = [];
    for (const fingerprint of ['sha256/aaa=', 'sha256/ccc='])
      contents.session.verify({ certificate: { fingerprint } }, (result) => results.push(result));
    expect(results).toEqual([0, -2]);
  });

  it('ends with a coded error when it is given up, or no key fits', async () => {
    const never = () => {
      electron.script = new Promise(() => undefined);
      const end = new AbortController();
      return { end, result: createWindowAuthenticator().get(request, site, end.signal) };
    };
    const closed = never();
    const aborted = never();
    aborted.end.abort();
    await expect(aborted.result).rejects.toMatchObject({ code: 'cancelled' });
    closed.end.abort();
    await expect(closed.result).rejects.toMatchObject({ code: 'cancelled' });
    electron.script = Promise.resolve({ failed: 'NotAllowedError', text: '' });
    const refused = createWindowAuthenticator().get(request, site, new AbortController().signal);
    await expect(refused).rejects.toMatchObject({ code: 'code-wrong' });
  });
});

describe('permissions', () => {
  it('are the clipboard for the own page, and nothing else', () => {
    const handlers: Record<string, (...args: never[]) => unknown> = {};
    const record = (name: string) => (handler: (...args: never[]) => unknown) => {
      handlers[name] = handler;
    };
    restrictPermissions(
      {
        setPermissionRequestHandler: record('request'),
        setPermissionCheckHandler: record('check'),
        setDevicePermissionHandler: record('device'),
      } as never,
      pageOrigin,
    );
    const request = (permission: string, requestingUrl: string) => {
      let answer: boolean | undefined;
      handlers['request']?.(
        ...([null, permission, (given: boolean) => (answer = given), { requestingUrl }] as never[]),
      );
      return answer;
    };
    expect(request('clipboard-read', `${pageOrigin}/index.html`)).toBe(true);
    expect(request('clipboard-read', 'https://evil.example/')).toBe(false);
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal'])
      expect(request(permission, `${pageOrigin}/`)).toBe(false);
    expect(handlers['check']?.(...([null, 'clipboard-read', 'https://evil.example'] as never[]))).toBe(false);
    expect(handlers['device']?.()).toBe(false);
  });
});

describe('the page', () => {
  it('is served from one folder, with its policy', async () => {
    expect(fileOf('/app/renderer', 'porthole://app/index.html')).toBe('/app/renderer/index.html');
    expect(fileOf('/app/renderer', 'porthole://app/%2e%2e%2f%2e%2e%2fsecret')).toBeUndefined();
    expect(fileOf('/app/renderer', 'porthole://other/index.html')).toBeUndefined();
    expect(fileOf('/app/renderer', 'porthole://app/%')).toBeUndefined();
    servePage('/app/renderer');
    const handler = vi.mocked(protocol.handle).mock.calls[0]?.[1];
    const answer = await handler?.(new Request('porthole://app/index.html'));
    expect(answer?.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect((await handler?.(new Request('porthole://evil/index.html')))?.status).toBe(404);
  });
});

describe('ports', () => {
  it('go to the main frame of the own page only, and a reload closes the old ones', () => {
    createMainWindow({ preload: '', pageUrl: '', bounds: defaultBounds });
    const contents = electron.windows[0]?.webContents as unknown as EventEmitter & {
      mainFrame: Record<string, unknown>;
    };
    const posted: unknown[] = [];
    contents.mainFrame = { origin: pageOrigin, postMessage: (...args: unknown[]) => posted.push(args) };
    const ended = vi.fn();
    const connectClient = vi.fn(() => ({ dispose: ended }));
    connectPages({ connectClient } as unknown as App, contents as never);
    const ask = (event: Record<string, unknown>) =>
      electron.ipc.get('porthole-request-ports')?.({
        sender: contents,
        senderFrame: contents.mainFrame,
        ...event,
      });
    ask({ sender: {} });
    ask({ senderFrame: { origin: pageOrigin } });
    contents.mainFrame['origin'] = 'https://evil.example';
    ask({});
    expect(connectClient).not.toHaveBeenCalled();
    contents.mainFrame['origin'] = pageOrigin;
    ask({});
    expect(connectClient).toHaveBeenCalledTimes(1);
    expect(posted).toHaveLength(1);
    ask({});
    expect(ended).toHaveBeenCalledTimes(1);
    contents.emit('destroyed');
    expect(ended).toHaveBeenCalledTimes(2);
  });
});

describe('the host', () => {
  it('seals with the key store of the system', () => {
    const { secrets } = createElectronHost();
    expect(secrets.open(secrets.seal('text'))).toBe('text');
    expect(() => secrets.open(Buffer.from('other'))).toThrow(
      expect.objectContaining({ code: 'store-damaged' }),
    );
  });

  it('refuses to seal where the key store only pretends', () => {
    const { secrets } = createElectronHost();
    electron.encryption = { available: false, backend: 'unknown' };
    expect(() => secrets.seal('text')).toThrow(expect.objectContaining({ code: 'secrets-unavailable' }));
    if (process.platform === 'linux') {
      electron.encryption = { available: true, backend: 'basic_text' };
      expect(() => secrets.seal('text')).toThrow(expect.objectContaining({ code: 'secrets-unavailable' }));
    }
  });

  it('keeps settings in a file', () => {
    const host = createElectronHost();
    expect(host.openStore('profiles').read()).toBeUndefined();
    expect(host.kind).toBe('electron');
    expect(host.dataFolder).toBe(electron.userData);
  });
});
