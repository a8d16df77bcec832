// Runs under any Node from 20 on, with nothing but Node's own modules. Vite's configuration uses it too.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const always = ['vite.config.ts', 'package-lock.json'];

/** What Vite builds: its mode ('' is the page), the folder that it writes, and what that is made of. */
export const targets = {
  page: {
    mode: '',
    output: 'dist/renderer',
    sources: ['src/renderer', 'src/shared', 'scripts/licences.mjs'],
  },
  programs: { mode: 'programs', output: 'dist/main', sources: ['src/main', 'src/shared'] },
  cluster: { mode: 'cluster', output: 'dist/cluster', sources: ['src/main', 'src/cluster', 'src/shared'] },
  preload: { mode: 'preload', output: 'dist/preload', sources: ['src/main/electron', 'src/shared'] },
};

/** A hash over everything that a target is built from. Times of files say nothing after a checkout or a copy. */
export function sourceKey(name) {
  const hash = createHash('sha256');
  for (const source of [...targets[name].sources, ...always]) {
    const path = join(root, source);
    const below = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true }).sort((a, b) => (a < b ? -1 : 1))
      : [''];
    for (const file of below) {
      if (/\.test\.tsx?$/.test(file)) continue;
      const full = join(path, file);
      if (statSync(full).isFile()) hash.update(`\0${source}/${file}\0`).update(readFileSync(full));
    }
  }
  return hash.digest('hex');
}

/** Where a build leaves the key of what it was built from. */
export function keyFile(name) {
  return join(root, targets[name].output, 'source-key');
}

export function isBuilt(name) {
  const file = keyFile(name);
  return existsSync(file) && readFileSync(file, 'utf8') === sourceKey(name);
}
