// `npm run bench [name …]`: benchmarks, each against a peer in the same run. Copy what it prints into bench/RESULTS.md.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, findNode, root } from './bootstrap.mjs';

ensureDependencies();
const { ensureBuilt } = await import('./build.mjs');
ensureBuilt('page', 'programs', 'cluster');
const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => join('bench', file))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)));
for (const file of files.sort()) {
  process.stdout.write(`\n${file}\n`);
  const { status } = spawnSync(findNode(), ['--no-warnings', join(root, file)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
