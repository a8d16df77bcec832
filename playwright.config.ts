import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { makeTestHome } from './e2e/support/test-home.ts';
import { ensureBuilt } from './scripts/build.mjs';

process.env['HOME'] = makeTestHome();
// Once, before the first test: workers read this file too.
if (process.env['TEST_WORKER_INDEX'] === undefined) ensureBuilt('page', 'programs', 'cluster', 'preload');

const names = ['chromium', 'google-chrome', 'google-chrome-stable'];
const folders = (process.env['PATH'] ?? '').split(delimiter);
const chromium = names
  .flatMap((name) => folders.map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

export default defineConfig({
  testDir: 'e2e/specs',
  outputDir: 'test-results/e2e',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  reporter: [
    ['list'],
    ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? 'test-results/playwright.json' }],
  ],
  use: {
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      // Chromium cannot make its sandbox as root.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
    permissions: ['clipboard-read', 'clipboard-write'],
    trace: 'retain-on-failure',
  },
  projects: [
    {
      name: 'large dark',
      testIgnore: /pictures\.spec/,
      use: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
    },
    {
      name: 'small light',
      testIgnore: /(broken-proxies|pictures|start)\.spec/,
      use: { viewport: { width: 900, height: 600 }, colorScheme: 'light' },
    },
    { name: 'electron', testMatch: /(resources|shell|sign-in|accessibility)\.spec/ },
    ...(process.env['PICTURES'] ? [{ name: 'pictures', testMatch: /pictures\.spec/ }] : []),
  ],
});
