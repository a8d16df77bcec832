import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WindowBounds } from '../host/window-bounds.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const fixedPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Path of a Chromium on this machine. */
export function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  return found ?? fixedPaths.find((path) => existsSync(path));
}

export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * Opens the page in a window with a profile of its own. The address holds a token, so it goes through a file of mode 0600:
 * command lines can be read by every account of the machine.
 */
export function openBrowserWindow(
  browser: string,
  address: string,
  dataFolder: string,
  bounds: WindowBounds,
): ChildProcess {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(dataFolder, 'open.html');
  const page = `<!doctype html><meta charset="utf-8"><title>Porthole</title><meta http-equiv="refresh" content="0; url=${address}">`;
  rmSync(file, { force: true });
  writeFileSync(file, page, { mode: 0o600 });
  const isRoot = process.getuid?.() === 0;
  const child = spawn(
    browser,
    [
      `--app=${pathToFileURL(file).href}`,
      `--user-data-dir=${join(dataFolder, 'browser')}`,
      ...windowArguments(bounds),
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-sync',
      ...(isRoot ? ['--no-sandbox'] : []),
    ],
    { stdio: 'ignore' },
  );
  child.once('exit', () => rmSync(file, { force: true }));
  return child;
}

/** Chromium's own arguments for the size and the place of a window; it corrects a place that no screen shows. */
export function windowArguments({ x, y, width, height }: WindowBounds): string[] {
  const place = x === undefined || y === undefined ? [] : [`--window-position=${x},${y}`];
  return [`--window-size=${width},${height}`, ...place];
}
