// Runs under any Node from 20 on, with nothing but Node's own modules.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const neededMajor = 24;
const marker = join(root, 'node_modules', '.installed-lock');
const isWindows = process.platform === 'win32';

/** Installs the locked dependencies when they are missing or stale, and builds ssh2's native part where a compiler is. */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  process.stderr.write('Installing dependencies…\n');
  const installed = spawnSync(
    isWindows ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: isWindows,
    },
  );
  if (installed.status !== 0)
    fail('The dependencies could not be installed. Check the network, then run the command again.');
  buildNativeCrypto();
  writeFileSync(marker, lock);
}

/** Node 24: this one when it is new enough, else the one that came with the dependencies. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= neededMajor) return process.execPath;
  const name = isWindows ? 'node.exe' : 'node';
  const path = join(
    root,
    'node_modules',
    `node-${isWindows ? 'win' : process.platform}-${process.arch}`,
    'bin',
    name,
  );
  if (existsSync(path)) return path;
  return fail(
    `Node ${neededMajor} is needed, and there is no package of it for ${process.platform}-${process.arch}. Install Node ${neededMajor} and run the command again.`,
  );
}

/** Speeds SSH up; everything works without it, so a missing compiler is no failure. */
function buildNativeCrypto() {
  const node = findNode();
  const folder = join(root, 'node_modules', 'ssh2', 'lib', 'protocol', 'crypto');
  const headers = join(node, '..', '..');
  if (!existsSync(join(headers, 'include', 'node', 'node.h'))) return;
  spawnSync(
    node,
    [join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'), 'rebuild', `--nodedir=${headers}`],
    {
      cwd: folder,
      stdio: 'ignore',
      timeout: 120_000,
      // Debian's npm names the headers of its own Node here, and that counts more than the argument.
      env: { ...process.env, npm_config_nodedir: headers },
    },
  );
}

export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
