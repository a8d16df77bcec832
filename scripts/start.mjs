// `npm start`: Porthole under Electron where its binary is there, else under the loopback host.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureDependencies, findNode, root } from './bootstrap.mjs';

const passedOn = process.argv.slice(2);
const help = `Usage: npm start -- [options]
  --no-cluster     without the embedded demo cluster
  --no-open        only print the address of the page
  --data <folder>  keep Porthole's data there
  --port <number>  port of the page (loopback host)
  --loopback       do not use Electron
  --collector      show what Porthole sends as usage data: a collector on this machine prints it
`;
if (passedOn.includes('--help')) {
  process.stdout.write(help);
  process.exit(0);
}

ensureDependencies();
const { ensureBuilt } = await import('./build.mjs');
const electron =
  passedOn.includes('--loopback') || passedOn.includes('--no-open') ? undefined : await findElectron();
const collector = passedOn.includes('--collector') ? await startCollector() : undefined;
ensureBuilt('page', 'programs', 'cluster', ...(electron ? ['preload'] : []));
if (electron) {
  run(electron, ['.', ...passedOn.filter((option) => option !== '--collector')]);
} else {
  run(findNode(), [
    join(root, 'dist/main/loopback.cjs'),
    ...passedOn.filter((option) => option !== '--loopback' && option !== '--collector'),
  ]);
}

function run(file, args) {
  // Compiled code is kept between starts.
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    ...(collector ? { PORTHOLE_USAGE_COLLECTOR: collector.address } : {}),
  };
  const child = spawn(file, args, { cwd: root, stdio: 'inherit', env });
  // The terminal sends Ctrl+C to the child as well; other signals are passed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm passes SIGTERM to its shell, which ends without telling: then nobody is left who could.
  if (process.env.npm_lifecycle_event && process.platform !== 'win32') {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500).unref();
  }
  child.on('error', (error) => {
    process.stderr.write(`Porthole could not start: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    collector?.child.kill();
    process.exit(code ?? (signal ? 1 : 0));
  });
}

/** Ended when this process ends, in whatever way. */
async function startCollector() {
  const child = fork(join(root, 'src/cluster/collector-main.ts'), [], { execPath: findNode() });
  const [{ address }] = await once(child, 'message');
  process.stdout.write(`The collector of usage data is at ${address}\n`);
  return { child, address };
}

/** The binary of Electron. It is not in the npm registry: one short try to fetch it where its source can be reached. */
async function findElectron() {
  const folder = join(root, 'node_modules', 'electron');
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  const binary = join(folder, 'dist', names[process.platform] ?? 'electron');
  if (existsSync(binary)) return binary;
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const installer = join(folder, 'install.js');
  if (!hasDisplay || !existsSync(installer) || !(await isReachable('github.com', 443))) return undefined;
  process.stderr.write('Fetching Electron…\n');
  spawnSync(findNode(), [installer], { cwd: folder, stdio: 'ignore', timeout: 120_000 });
  return existsSync(binary) ? binary : undefined;
}

function isReachable(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_500, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
