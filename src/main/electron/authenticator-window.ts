import { randomUUID } from 'node:crypto';
import { BrowserWindow } from 'electron';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Authenticator, AuthenticatorSite } from '../host/authenticator.ts';
import { assertionScript, creationScript, parseAssertion, parseCreation } from '../host/ceremony-script.ts';

/** Beyond the server's own time the answer would be refused. */
const ceremonyMarginMs = 5_000;
const loadTimeoutMs = 15_000;
const accepted = 0;
const refused = -2;

/**
 * Security keys through a small window on the proxy's own origin: a session of its own that is gone with the window, no preload
 * script, no way to another page, and only that proxy's certificate counts.
 */
export function createWindowAuthenticator(): Authenticator {
  return {
    get: async (request, site, signal) =>
      parseAssertion(await runInWindow(site, assertionScript(request), request.timeoutMs, signal)),
    create: async (request, site, signal) =>
      parseCreation(await runInWindow(site, creationScript(request), request.timeoutMs, signal)),
  };
}

async function runInWindow(
  site: AuthenticatorSite,
  script: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted) throw closed();
  const window = createWindow(site);
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  const end = () => {
    gone.reject(closed());
    if (!window.isDestroyed()) window.destroy();
  };
  window.once('closed', end);
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([gone.promise, within(loadTimeoutMs, load(window, site))]);
    const answer: Promise<unknown> = window.webContents.executeJavaScript(script, true);
    return await Promise.race([gone.promise, within(timeoutMs + ceremonyMarginMs, answer)]);
  } finally {
    signal.removeEventListener('abort', end);
    if (!window.isDestroyed()) window.destroy();
  }
}

function createWindow(site: AuthenticatorSite): BrowserWindow {
  const window = new BrowserWindow({
    width: 480,
    height: 360,
    title: `Security key for ${new URL(site.origin).host}`,
    webPreferences: {
      // Without `persist:` nothing of it is kept.
      partition: `authenticator-${randomUUID()}`,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      devTools: false,
    },
  });
  const { webContents } = window;
  webContents.session.setCertificateVerifyProc((request, answer) =>
    answer(request.certificate.fingerprint === `sha256/${site.certificateSha256}` ? accepted : refused),
  );
  webContents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  for (const name of ['will-navigate', 'will-redirect', 'will-attach-webview'] as const)
    webContents.on(name as 'will-navigate', (event) => event.preventDefault());
  return window;
}

async function load(window: BrowserWindow, site: AuthenticatorSite): Promise<void> {
  try {
    await window.loadURL(`${site.origin}/webapi/ping`);
  } catch (cause) {
    throw new AppError(
      'connection-lost',
      'The page of the cluster could not be opened for the security key.',
      {
        action: 'retry',
        cause,
      },
    );
  }
  if (new URL(window.webContents.getURL()).origin !== site.origin)
    throw new AppError('second-factor-unusable', 'The cluster sent the browser engine elsewhere.', {
      reason: 'Security keys are used on the own address of the cluster alone.',
    });
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('timed-out', 'The security key was not used in time.', { action: 'retry' })),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function closed(): AppError {
  return new AppError('cancelled', 'The window of the security key was closed.', { action: 'retry' });
}
