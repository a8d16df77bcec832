import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isBuilt, targets } from './build-key.mjs';
import { fail, findNode, root } from './bootstrap.mjs';

/** Builds what is missing or was built from other sources: by the names in `targets`. */
export function ensureBuilt(...names) {
  for (const name of names) {
    if (isBuilt(name)) continue;
    const { mode } = targets[name];
    const args = [
      join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--logLevel',
      'error',
      ...(mode === '' ? [] : ['--mode', mode]),
    ];
    const done = spawnSync(findNode(), args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (done.status !== 0) fail(`The build failed (${name}).`);
  }
}
