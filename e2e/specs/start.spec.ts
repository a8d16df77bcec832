import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Porthole } from '../pages/porthole.ts';
import { expect, test } from '../support/test.ts';

const root = join(import.meta.dirname, '../..');

/** The command behind `npm start`. */
function start(...options: string[]) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'porthole-start-'));
  const child = spawn(
    process.execPath,
    [join(root, 'scripts/start.mjs'), '--no-open', '--data', dataFolder, ...options],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return { child, output: () => output, clean: () => rmSync(dataFolder, { recursive: true, force: true }) };
}

/** Processes below one, by what /proc tells; empty where there is no /proc. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has just ended.
    }
  }
  const found: number[] = [];
  for (let level = [pid]; level.length > 0; ) {
    level = [...parents].filter(([, parent]) => level.includes(parent)).map(([child]) => child);
    found.push(...level);
  }
  return found;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`npm start prints its address, and ${signal} leaves no child behind, also not a shell`, async ({
    page,
  }) => {
    test.skip(process.platform !== 'linux', 'Processes are counted in /proc.');
    const started = start();
    await expect
      .poll(() => started.output(), { timeout: 30_000 })
      .toMatch(/^Porthole is at http:\/\/127\.0\.0\.1:\d+\/\?token=\S+$/m);
    const address = /Porthole is at (\S+)/.exec(started.output())?.[1] ?? '';
    const porthole = new Porthole(page);
    await porthole.open(address);
    await porthole.tryDemo();
    await porthole.list.search.fill('place:"this machine"');
    await expect(porthole.list.rows).toHaveCount(1);
    await porthole.list.rows.first().getByRole('button', { name: 'Connect' }).click();
    await porthole.shell.expectOpen();
    const pid = started.child.pid ?? 0;
    const family = descendants(pid);
    // The app, the cluster, and the shell in it.
    expect(family.length).toBeGreaterThanOrEqual(3);
    const gone = once(started.child, 'exit');
    // A terminal sends Ctrl+C to every process of the group.
    if (signal === 'SIGINT') for (const member of family) process.kill(member, 'SIGINT');
    started.child.kill(signal);
    await gone;
    await expect.poll(() => family.filter(isAlive)).toEqual([]);
    started.clean();
  });
}

test('without the cluster there is no demo', async ({ page }) => {
  const started = start('--no-cluster');
  try {
    await expect.poll(() => started.output(), { timeout: 30_000 }).toContain('Porthole is at');
    await page.goto(/Porthole is at (\S+)/.exec(started.output())?.[1] ?? '');
    await expect(page.getByRole('button', { name: 'Add a cluster' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try the demo cluster' })).toBeHidden();
    await expect(page).toHaveURL(/:\d+\/$/);
  } finally {
    const gone = once(started.child, 'exit');
    started.child.kill('SIGTERM');
    await gone;
    started.clean();
  }
});
