import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fail, findNode, root } from './bootstrap.mjs';

/** Builds with Vite what the modes name; '' is the page. */
export function build(...modes) {
  for (const mode of modes) {
    const args = [
      join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--logLevel',
      'error',
      ...(mode === '' ? [] : ['--mode', mode]),
    ];
    const done = spawnSync(findNode(), args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (done.status !== 0) fail(`The build of ${mode || 'the page'} failed.`);
  }
}

/** True when a source is newer than the built page. Needs Node 22 for the search; older ones always build. */
export function isPageStale() {
  const built = join(root, 'dist', 'renderer', 'index.html');
  if (!fs.existsSync(built) || typeof fs.globSync !== 'function') return true;
  const at = fs.statSync(built).mtimeMs;
  const sources = fs.globSync(
    ['src/renderer/**/*', 'src/shared/**/*.ts', 'vite.config.ts', 'package-lock.json'],
    { cwd: root },
  );
  return sources.some((file) => fs.statSync(join(root, file)).mtimeMs > at);
}
