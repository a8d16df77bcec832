import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Authenticator, AuthenticatorSite } from '../host/authenticator.ts';
import { assertionScript, creationScript, parseAssertion, parseCreation } from '../host/ceremony-script.ts';
import { findBrowser, hasDisplay } from './browser-window.ts';
import { DebugPipe, engineGone } from './debug-pipe.ts';

const startTimeoutMs = 20_000;
const loadTimeoutMs = 15_000;
/** Beyond the server's own time the answer would be refused. */
const ceremonyMarginMs = 5_000;
const endMs = 2_000;

export interface BrowserAuthenticatorOptions {
  readonly dataFolder: string;
  /** Called on the ceremony's page before it begins; tests plug in a virtual key here. */
  readonly onPage?: (pipe: DebugPipe, sessionId: string) => Promise<void>;
  readonly browser?: string | undefined;
}

/**
 * Security keys through a Chromium that is started for one ceremony, with a profile of its own, and driven over a pipe. It
 * shows the proxy's page of `/webapi/ping` and trusts that proxy's certificate alone beyond the system's own authorities.
 */
export function createBrowserAuthenticator(options: BrowserAuthenticatorOptions): Authenticator {
  return {
    get: async (request, site, signal) =>
      parseAssertion(await runOnSite(options, site, assertionScript(request), request.timeoutMs, signal)),
    create: async (request, site, signal) =>
      parseCreation(await runOnSite(options, site, creationScript(request), request.timeoutMs, signal)),
  };
}

async function runOnSite(
  options: BrowserAuthenticatorOptions,
  site: AuthenticatorSite,
  script: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted) throw engineGone();
  const browser = options.browser ?? findBrowser();
  if (!browser)
    throw new AppError('second-factor-unusable', 'Security keys need a Chromium on this machine.', {
      advice: 'Install Chromium, Chrome or Edge, or use a one-time code.',
    });
  const profile = mkdtempSync(join(options.dataFolder, 'authenticator-'));
  const child = startBrowser(browser, profile, site);
  const pipe = new DebugPipe(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const abort = () => pipe.close();
  signal.addEventListener('abort', abort, { once: true });
  child.once('error', () => pipe.close());
  child.once('exit', () => pipe.close());
  try {
    const sessionId = await within(startTimeoutMs, openPage(pipe, site));
    await options.onPage?.(pipe, sessionId);
    return await within(timeoutMs + ceremonyMarginMs, evaluate(pipe, sessionId, script));
  } finally {
    signal.removeEventListener('abort', abort);
    await end(pipe, child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function startBrowser(browser: string, profile: string, site: AuthenticatorSite): ChildProcess {
  const isRoot = process.getuid?.() === 0;
  return spawn(
    browser,
    [
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      `--ignore-certificate-errors-spki-list=${site.publicKeySha256}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-sync',
      '--disable-extensions',
      '--disable-background-networking',
      '--window-size=480,360',
      ...(hasDisplay() ? [] : ['--headless=new']),
      ...(isRoot ? ['--no-sandbox'] : []),
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
}

/** Resolves with the session of a page that shows the proxy's own origin, and nothing else. */
async function openPage(pipe: DebugPipe, site: AuthenticatorSite): Promise<string> {
  const { targetInfos } = (await pipe.send('Target.getTargets')) as {
    targetInfos: { targetId: string; type: string }[];
  };
  const known = targetInfos.find((target) => target.type === 'page');
  const targetId =
    known?.targetId ??
    ((await pipe.send('Target.createTarget', { url: 'about:blank' })) as { targetId: string }).targetId;
  const { sessionId } = (await pipe.send('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  await pipe.send('Page.enable', {}, sessionId);
  const loaded = Promise.withResolvers<void>();
  const undo = pipe.onEvent((method, _params, of) => {
    if (method === 'Page.loadEventFired' && of === sessionId) loaded.resolve();
    // The person closed the window.
    if (method === 'Inspector.detached' && of === sessionId) pipe.close();
    if (method === 'Target.detachedFromTarget') pipe.close();
  });
  const { errorText } = (await pipe.send(
    'Page.navigate',
    { url: `${site.origin}/webapi/ping` },
    sessionId,
  )) as { errorText?: string };
  if (errorText) {
    undo();
    throw new AppError(
      'connection-lost',
      'The page of the cluster could not be opened for the security key.',
      {
        action: 'retry',
        detail: errorText,
      },
    );
  }
  await within(loadTimeoutMs, loaded.promise);
  const { result } = (await pipe.send('Runtime.evaluate', { expression: 'location.origin' }, sessionId)) as {
    result: { value?: unknown };
  };
  if (result.value !== new URL(site.origin).origin)
    throw new AppError('second-factor-unusable', 'The cluster sent the browser engine elsewhere.', {
      reason: 'Security keys are used on the own address of the cluster alone.',
      detail: String(result.value).slice(0, 500),
    });
  await pipe.send('Page.bringToFront', {}, sessionId);
  return sessionId;
}

async function evaluate(pipe: DebugPipe, sessionId: string, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = (await pipe.send(
    'Runtime.evaluate',
    { expression, awaitPromise: true, returnByValue: true, userGesture: true },
    sessionId,
  )) as { result?: { value?: unknown }; exceptionDetails?: { text?: string } };
  if (exceptionDetails)
    throw new AppError('second-factor-unusable', 'Security keys cannot be used here.', {
      detail: exceptionDetails.text,
    });
  return result?.value;
}

async function end(pipe: DebugPipe, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    pipe.close();
    return;
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void pipe.send('Browser.close').catch(() => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), endMs);
  await gone;
  clearTimeout(timer);
  pipe.close();
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
