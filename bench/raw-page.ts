import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { findBrowser } from '../src/main/loopback/browser-window.ts';

/**
 * A Chromium that Playwright sets up and then leaves. While Playwright is connected, a copy of every WebSocket frame goes to
 * it as base64 inside JSON, which costs more than the terminal itself; what moves many bytes is measured without it.
 */
export interface RawBrowser {
  /** Through which the page is brought to where the measurement begins; it disconnects afterwards. */
  setUp<T>(work: (browser: Browser) => Promise<T>): Promise<T>;
  /** A page that is open already, by a part of its address. */
  page(addressPart: string): Promise<RawPage>;
  newPage(): Promise<RawPage>;
  close(): Promise<void>;
}

export interface RawPage {
  /** The value of an expression or of the promise that it gives. */
  evaluate<T>(expression: string): Promise<T>;
  type(text: string): Promise<void>;
  press(key: 'Enter' | 'Control+C'): Promise<void>;
  bringToFront(): Promise<void>;
}

export async function launchRawBrowser(): Promise<RawBrowser> {
  const executable = findBrowser();
  if (executable === undefined) throw new Error('This benchmark needs Chromium.');
  const profile = mkdtempSync(join(tmpdir(), 'porthole-raw-'));
  const child = spawn(
    executable,
    [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--window-size=1280,887',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const port = await debuggingPort(child);
  const base = `http://127.0.0.1:${port}`;
  return {
    async setUp(work) {
      const browser = await chromium.connectOverCDP(base);
      try {
        return await work(browser);
      } finally {
        await browser.close();
      }
    },
    async page(addressPart) {
      const targets = (await (await fetch(`${base}/json/list`)).json()) as Target[];
      const found = targets.find(({ type, url }) => type === 'page' && url.includes(addressPart));
      if (!found) throw new Error(`No page at ${addressPart}.`);
      return connectPage(found);
    },
    async newPage() {
      const answer = await fetch(`${base}/json/new?about:blank`, { method: 'PUT' });
      return connectPage((await answer.json()) as Target);
    },
    async close() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Target {
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

function debuggingPort(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port) resolve(port);
    });
    child.once('exit', () => reject(new Error(`Chromium ended: ${text.slice(-500)}`)));
  });
}

interface Answer {
  readonly id: number;
  readonly error?: { readonly message: string };
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly exceptionDetails?: unknown };
}

async function connectPage(target: Target): Promise<RawPage> {
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let lastId = 0;
  const call = async (method: string, params: object) => {
    lastId += 1;
    const id = lastId;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    const problem = answer.error ?? answer.result?.exceptionDetails;
    if (problem) throw new Error(`${method}: ${JSON.stringify(problem)}`);
    return answer.result;
  };
  const key = async (event: object) => {
    await call('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await call('Input.dispatchKeyEvent', { ...event, type: 'keyUp', text: undefined });
  };
  return {
    evaluate: async <T>(expression: string) =>
      (await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }))?.result
        ?.value as T,
    async type(text) {
      for (const letter of text) await key({ key: letter, text: letter });
    },
    press: (name) =>
      name === 'Enter'
        ? key({ key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' })
        : key({ type: 'rawKeyDown', key: 'c', code: 'KeyC', windowsVirtualKeyCode: 67, modifiers: 2 }),
    bringToFront: async () => {
      await call('Page.bringToFront', {});
    },
  };
}
