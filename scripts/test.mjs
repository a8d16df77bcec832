// `npm test`: installs what it needs, then format, lint, types, unit and integration tests, build, end-to-end tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureDependencies, fail, findNode, root } from './bootstrap.mjs';

const results = join(root, 'test-results');
const totals = { passed: 0, failed: 0, skipped: 0 };

ensureDependencies();
ensurePrograms();
const node = findNode();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const bin = (path) => join(root, 'node_modules', path);
check('format', [bin('@biomejs/biome/bin/biome'), 'format', '.']);
check('lint', [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings']);
for (const target of ['shared', 'main', 'electron', 'cluster', 'renderer', 'tools']) {
  check(`types of ${target}`, [bin('typescript/bin/tsc'), '-p', `tsconfig.${target}.json`]);
}
runVitest();
check('build', [bin('vite/bin/vite.js'), 'build', '--logLevel', 'error']);
runPlaywright();
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(totals.failed > 0 ? 1 : 0);

function check(name, args) {
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}\n`);
  totals[status === 0 ? 'passed' : 'failed'] += 1;
}

function runVitest() {
  const file = join(results, 'vitest.json');
  spawnSync(
    node,
    [bin('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { cwd: root, stdio: 'inherit' },
  );
  const report = readReport(file);
  if (!report) return;
  totals.passed += report.numPassedTests;
  totals.skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded fails without a failed test.
  totals.failed += Math.max(report.numFailedTests, report.success ? 0 : 1);
}

function runPlaywright() {
  const file = join(results, 'playwright.json');
  spawnSync(node, [bin('@playwright/test/cli.js'), 'test'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  });
  const report = readReport(file);
  if (!report) return;
  const { expected, unexpected, skipped, flaky } = report.stats;
  totals.passed += expected + flaky;
  totals.skipped += skipped;
  totals.failed += unexpected + report.errors.length;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    process.stdout.write(`FAILED no report at ${file}\n`);
    totals.failed += 1;
    return undefined;
  }
}

/** The programs that stand on the other side in tests. Installed where that is possible, else named. */
function ensurePrograms() {
  const needed = [
    { name: 'OpenSSH server', package: 'openssh-server', files: ['/usr/sbin/sshd'] },
    { name: 'OpenSSH client', package: 'openssh-client', files: onPath('ssh') },
    { name: 'PostgreSQL', package: 'postgresql', files: postgresFiles() },
    { name: 'MariaDB', package: 'mariadb-server', files: ['/usr/sbin/mariadbd', ...onPath('mariadbd')] },
    { name: 'Redis', package: 'redis-server', files: onPath('redis-server') },
    { name: 'kubectl', package: 'kubernetes-client', files: onPath('kubectl') },
    { name: 'curl', package: 'curl', files: onPath('curl') },
    ...(process.platform === 'linux'
      ? [
          { name: 'strace', package: 'strace', files: onPath('strace') },
          { name: 'ip', package: 'iproute2', files: onPath('ip') },
        ]
      : []),
    { name: 'Chromium', package: 'chromium', files: [...onPath('chromium'), ...onPath('google-chrome')] },
  ];
  const missing = needed.filter(({ files }) => !files.some((file) => existsSync(file)));
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.package);
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write(`Installing ${packages.join(', ')}…\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
    const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    });
    if (done.status === 0) return;
  }
  fail(
    `The tests need: ${missing.map((program) => program.name).join(', ')}. On Debian: apt-get install ${packages.join(' ')}`,
  );
}

function postgresFiles() {
  const base = '/usr/lib/postgresql';
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin/initdb')) : [];
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
}
